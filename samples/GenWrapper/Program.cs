using System.Globalization;
using DesktopGrid.VmSandbox;
using DesktopGrid.VmSandbox.GenWrapper;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Packages;
using DesktopGrid.VmSandbox.Primitives;

// GenWrapper PACKAGE STDIN RESULTS OUTPUT,OUTPUT... [ARGUMENT...]: runs an unchanged package of GenWrapper's in a sandbox. demo.sh beside this
// file makes a package and calls it.
if (args is not [var folder, var input, var results, var outputs, .. var arguments])
{
    Console.Error.WriteLine("usage: GenWrapper PACKAGE STDIN RESULTS OUTPUT[,OUTPUT...] [ARGUMENT...]");
    return 2;
}

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupted.Cancel();
};

try
{
    var package = new GenWrapperPackage { Folder = folder, Arguments = arguments, StandardInput = input };
    var job = await package.ToJobAsync(interrupted.Token) with
    {
        Outputs = [.. outputs.Split(',').Select(name => new JobOutput(name, Path.Combine(results, name)))],
        Limits = new JobLimits { WallTime = TimeSpan.FromMinutes(30) },
    };

    await using var host = await SandboxHost.OpenAsync(new SandboxHostOptions { StorePath = Path.Combine(results, "store") }, cancellationToken: interrupted.Token);
    var result = await host.RunAsync(job, new FractionDisplay(Console.Out), cancellationToken: interrupted.Token);

    Console.Write(Printable.Of(result.GetStandardOutputText()));
    Console.Error.Write(Printable.Of(result.GetStandardErrorText()));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"exit code {result.ExitCode}; CPU time {result.CpuTime.TotalSeconds:0.00} s of the programs, {result.HostCpuTime.TotalSeconds:0.00} s of QEMU"));
    return result.ExitCode ?? 128 + result.Signal!.Value;
}
catch (SandboxException failure)
{
    Console.Error.WriteLine($"error: {failure.Message}");
    if (failure is JobException { Result: { } ended })
    {
        Console.Error.WriteLine($"exit code {ended.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "none"}; standard error: {ended.GetStandardErrorText()}");
    }

    return 1;
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    Console.Error.WriteLine("error: interrupted; the machine was removed");
    return 130;
}
