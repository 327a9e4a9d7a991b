using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Failures;
using DesktopGrid.VmSandbox.ConsoleHost.Jobs;
using DesktopGrid.VmSandbox.ConsoleHost.Output;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands;

/// <summary>run: a whole job, from its inputs to its outputs, in a machine of its own.</summary>
internal static class RunCommand
{
    public static Command Create(CommandRunner runner)
    {
        var command = new Command("run", "Run a program in a machine of its own, and leave nothing behind. Its output comes as it is written; with --json it comes in the result.");
        var options = new RunOptions();
        options.AddTo(command);
        runner.Handle(command, (run, cancellationToken) => RunAsync(options, run, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(RunOptions options, CommandRun run, CancellationToken cancellationToken)
    {
        using var spool = new StandardInputSpool();
        var job = await spool.TakeAsync(options.Read(run.Parsed), cancellationToken);
        var host = await run.HostAsync(cancellationToken);
        var result = await RunAsync(host, job, run.Screen, cancellationToken);
        try
        {
            Report(result, job, run.Screen);
        }
        catch (IOException e)
        {
            throw new OutputLostException(TaskFate.Ended, e);
        }

        return result.ExitCode ?? 128 + (result.Signal ?? 0);
    }

    private static async Task<JobResult> RunAsync(SandboxHost host, SandboxJob job, Screen screen, CancellationToken cancellationToken)
    {
        var state = new WorkState("making the machine");
        if (screen.IsJson)
        {
            return await screen.Progress.WatchAsync(state, () => host.RunAsync(job, state, null, cancellationToken));
        }

        using var output = new ProgramOutput(screen);
        return await screen.Progress.WatchAsync(state, () => host.RunAsync(job, state, output.WriteAsync, cancellationToken));
    }

    private static void Report(JobResult result, SandboxJob job, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(result, ConsoleJsonContext.Default.JobResult);
        }

        ProgramEnd.TellDropped(result.DroppedBytes, screen);
        if (screen.IsVerbose)
        {
            Summarize(result, screen);
        }

        if (job.Machine.KeepLog > TimeSpan.Zero && !screen.IsJson)
        {
            screen.Note($"The log is kept: vmsandbox logs {result.Machine}");
        }
    }

    private static void Summarize(JobResult result, Screen screen)
    {
        ProgramEnd.Tell(result, screen);
        screen.Note($"CPU time {result.CpuTime.TotalSeconds:0.00} s by the guest (user {result.UserTime.TotalSeconds:0.00} s, system {result.SystemTime.TotalSeconds:0.00} s), {result.HostCpuTime.TotalSeconds:0.00} s by the host; peak memory {result.PeakMemoryBytes / 1024 / 1024} MiB, disk {result.PeakDiskBytes / 1e6:0.0} MB.");
        screen.Note($"Phases: {string.Join(", ", result.Phases.Select(static phase => $"{phase.Phase.ToString().ToLowerInvariant()} {phase.Duration.TotalSeconds:0.00} s"))}.");
        screen.Note($"Machine {result.Machine}: {result.StartPath} start, {result.Accelerator} ({result.Assurance}), {result.MachineType}, QEMU {result.QemuVersion}.");
        foreach (var file in result.Outputs)
        {
            screen.Note($"Output {file.Path}: {file.HostPath}, {file.Length} bytes.");
        }
    }
}
