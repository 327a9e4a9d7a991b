// One job: a program, what it reads, what comes back. Set VMSANDBOX_GUEST_IMAGE to a guest image, then: dotnet run
using DesktopGrid.VmSandbox;
using DesktopGrid.VmSandbox.Jobs;

await using var host = await SandboxHost.OpenAsync();

var result = await host.RunAsync(new SandboxJob
{
    Program = "/bin/sh",
    Arguments = ["-c", "sort words.txt > sorted.txt; wc -l < sorted.txt"],
    Inputs = [JobFile.FromText("words.txt", "wombat\naardvark\nokapi\n")],
    Outputs = [new JobOutput("sorted.txt", "sorted.txt")],
    Limits = new JobLimits { WallTime = TimeSpan.FromMinutes(1) },
});

Console.WriteLine($"exit code {result.ExitCode}, {result.Accelerator}, {result.CpuTime.TotalSeconds:0.00} s of CPU time");
Console.WriteLine($"lines: {result.GetStandardOutputText().Trim()}");
Console.WriteLine(await File.ReadAllTextAsync("sorted.txt"));
