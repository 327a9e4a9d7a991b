using DesktopGrid.VmSandbox;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Qemu;
using Microsoft.Extensions.DependencyInjection;

// AotSmoke FOLDER: a job through every layer that could need what a trimmer takes away: the container, the catalog's SQLite, the JSON of
// the monitor, of the image's manifest and of the guest protocol. Prints what came of it; the store is made in FOLDER.
var folder = args[0];
var services = new ServiceCollection().AddVmSandbox(options =>
{
    options.StorePath = Path.Combine(folder, "store");
    options.Qemu.Accelerator = Accelerator.Tcg;
});
await using var provider = services.BuildServiceProvider();
var host = await provider.GetRequiredService<SandboxHostProvider>().GetAsync();

var upper = Path.Combine(folder, "upper.txt");
var result = await host.RunAsync(new SandboxJob
{
    Program = "/bin/sh",
    Arguments = ["-c", "tr a-z A-Z <lower.txt >upper.txt; msg_to_host fraction_done 0.5; echo $WORD; exit 7"],
    Environment = new Dictionary<string, string> { ["WORD"] = "ahead of time" },
    Inputs = [JobFile.FromText("lower.txt", "text\n")],
    Outputs = [new JobOutput("upper.txt", upper)],
});

Console.WriteLine($"exit code {result.ExitCode}");
Console.WriteLine($"output {result.GetStandardOutputText().Trim()}");
Console.WriteLine($"file {(await File.ReadAllTextAsync(upper)).Trim()}");
Console.WriteLine($"message {result.Messages[0].Key} {result.Messages[0].Value}");
Console.WriteLine($"machines left {(await host.Machines.ListAsync()).Count}");
return 0;
