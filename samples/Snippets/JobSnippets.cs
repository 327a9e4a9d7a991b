using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Packages;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.Snippets;

/// <summary>A host and its jobs.</summary>
public static class JobSnippets
{
    /// <summary>A host with its options.</summary>
    public static async Task<SandboxHost> OpenAsync(string storePath, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        // snippet: open-host
        var options = new SandboxHostOptions { StorePath = storePath };
        options.Qemu.RequiredLayers = [ConfinementLayer.PrivateFiles, ConfinementLayer.EmptyNetwork, ConfinementLayer.SystemCallFilter];
        options.Session.TransferStallTimeout = TimeSpan.FromMinutes(2);

        var host = await SandboxHost.OpenAsync(options, loggers, cancellationToken);
        // end
        return host;
    }

    /// <summary>Everything that a job can say.</summary>
    public static SandboxJob Describe(string slot)
    {
        // snippet: describe-job
        var job = new SandboxJob
        {
            Program = "search",
            Arguments = ["--db", "data/sequences.fa", "query.hmm"],
            Environment = new Dictionary<string, string> { ["OMP_NUM_THREADS"] = "1" },
            StandardInput = Path.Combine(slot, "parameters.txt"),
            Inputs =
            [
                JobFile.FromHost(Path.Combine(slot, "search"), isExecutable: true),
                JobFile.FromHost(Path.Combine(slot, "query.hmm")),
                JobFile.FromHost(Path.Combine(slot, "sequences.fa"), path: "data/sequences.fa"),
            ],
            Outputs =
            [
                new JobOutput("result.txt", Path.Combine(slot, "result.txt")),
                new JobOutput("warnings.txt", Path.Combine(slot, "warnings.txt"), IsOptional: true),
            ],
            Limits = new JobLimits
            {
                WallTime = TimeSpan.FromHours(12),
                CpuTime = TimeSpan.FromHours(6),
                StandardOutputBytes = 1024 * 1024,
                OutputFileBytes = 100L * 1024 * 1024,
            },
            Machine = new VmOptions
            {
                MemoryMiB = 512,
                VirtualCpus = 1,
                Labels = new Dictionary<string, string> { ["work-unit"] = "wu_1234" },
                KeepLog = TimeSpan.FromDays(3),
            },
        };
        // end
        return job;
    }

    /// <summary>An unchanged package of GenWrapper's.</summary>
    public static async Task<JobResult> RunPackageAsync(SandboxHost host, string slot, string results, CancellationToken cancellationToken)
    {
        // snippet: genwrapper
        var package = new GenWrapperPackage { Folder = slot, Application = "search_1.0_x86_64-pc-linux-gnu", Arguments = ["--depth", "3"] };
        var job = await package.ToJobAsync(cancellationToken) with
        {
            Outputs = [new JobOutput("result.txt", Path.Combine(results, "result.txt"))],
            Limits = new JobLimits { CpuTime = TimeSpan.FromHours(6) },
        };
        return await host.RunAsync(job, cancellationToken);
        // end
    }

    /// <summary>Progress and live output.</summary>
    public static async Task<JobResult> WatchAsync(SandboxHost host, SandboxJob job, Stream live, CancellationToken cancellationToken)
    {
        // snippet: progress
        var progress = new Progress<JobProgress>(now => Console.WriteLine(
            $"{now.Phase}: {now.FractionDone:P0} after {now.Elapsed:hh\\:mm\\:ss}, {now.CpuTime.TotalSeconds:0} s CPU, {now.Transfer?.Bytes} of {now.Transfer?.Total} bytes of {now.Transfer?.Path}"));

        var result = await host.RunAsync(
            job,
            progress,
            onOutput: async output =>
            {
                if (!output.IsError)
                {
                    await live.WriteAsync(output.Bytes, cancellationToken);
                }
            },
            cancellationToken);
        // end
        return result;
    }

    /// <summary>What the result says.</summary>
    public static void Report(JobResult result)
    {
        // snippet: result
        var ending = result.Signal is { } signal ? $"signal {signal}" : $"exit code {result.ExitCode}";
        Console.WriteLine($"{ending}; guest says {result.CpuTime}, host counted {result.HostCpuTime}; peak {result.PeakMemoryBytes} bytes");
        Console.WriteLine($"{result.Accelerator} ({result.Assurance}), {result.MachineType}, {result.CpuModel}, QEMU {result.QemuVersion}");
        foreach (var (phase, duration) in result.Phases)
        {
            Console.WriteLine($"{phase}: {duration.TotalMilliseconds:0} ms");
        }

        if (!result.IsSuccess)
        {
            Console.WriteLine(result.GetStandardErrorText());
        }
        // end
    }

    /// <summary>A failure, and what a grid does about it.</summary>
    public static async Task<string> DecideAsync(SandboxHost host, SandboxJob job, CancellationToken cancellationToken)
    {
        // snippet: decide
        try
        {
            var result = await host.RunAsync(job, cancellationToken);
            return result.IsSuccess ? "upload" : "report the program's own error";
        }
        catch (JobException failure) when (failure.Code is SandboxErrorCode.JobInvalid or SandboxErrorCode.JobInputUnreadable or SandboxErrorCode.JobLimitExceeded)
        {
            return "report: another try would end the same way";
        }
        catch (JobException failure)
        {
            return failure.Fate switch
            {
                TaskFate.NeverStarted when failure.IsTransient => "try again here, later",
                TaskFate.NeverStarted => "give the work to another host: " + failure.Message,
                TaskFate.MayHaveRun => "try again only if the program may run twice",
                _ => $"the program had ended with exit code {failure.Result?.ExitCode}; its outputs could not be saved",
            };
        }
        // end
    }

    /// <summary>The evidence of a failure.</summary>
    public static void Explain(JobException failure)
    {
        // snippet: evidence
        Console.Error.WriteLine($"{failure.Code} ({(int)failure.Code}) at {failure.Step}, machine {failure.Machine}: {failure.Message}");
        if (failure.Evidence.ExitCode is { } code)
        {
            Console.Error.WriteLine($"QEMU ended with {code}: {string.Join(Environment.NewLine, failure.Evidence.Errors)}");
        }

        foreach (var line in failure.Evidence.ConsoleLines)
        {
            Console.Error.WriteLine($"console: {line}");
        }
        // end
    }

    /// <summary>What this computer can do.</summary>
    public static async Task<bool> DiagnoseAsync(SandboxHost host, CancellationToken cancellationToken)
    {
        // snippet: diagnose
        var found = await host.DiagnoseAsync(cancellationToken);
        foreach (var finding in found.Findings)
        {
            Console.WriteLine($"{(finding.IsFatal ? "cannot run" : "note")} ({finding.Step}): {finding.Message}");
        }

        return found.IsReady;
        // end
    }
}
