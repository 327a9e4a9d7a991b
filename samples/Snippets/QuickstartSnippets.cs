using DesktopGrid.VmSandbox.Jobs;

namespace DesktopGrid.VmSandbox.Snippets;

/// <summary>The README's first page.</summary>
public static class QuickstartSnippets
{
    /// <summary>One job, from a closed store to its result.</summary>
    public static async Task<JobResult> RunAsync(string folder, CancellationToken cancellationToken)
    {
        // snippet: quickstart
        await using var host = await SandboxHost.OpenAsync(new SandboxHostOptions { StorePath = Path.Combine(folder, "store") }, cancellationToken: cancellationToken);

        var job = new SandboxJob
        {
            Program = "count.sh",
            Arguments = ["words.txt"],
            Inputs =
            [
                JobFile.FromText("count.sh", "#!/bin/sh\nsort \"$1\" | uniq -c > counts.txt\nmsg_to_host fraction_done 1\n"),
                JobFile.FromText("words.txt", "b\na\nb\n"),
            ],
            Outputs = [new JobOutput("counts.txt", Path.Combine(folder, "counts.txt"))],
            Limits = new JobLimits { WallTime = TimeSpan.FromMinutes(5) },
        };

        var result = await host.RunAsync(job, cancellationToken);

        Console.WriteLine($"exit code {result.ExitCode}, {result.HostCpuTime.TotalSeconds:0.0} s CPU, {result.Accelerator}");
        Console.WriteLine(await File.ReadAllTextAsync(result.Outputs[0].HostPath, cancellationToken));
        // end
        return result;
    }
}
