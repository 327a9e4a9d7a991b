using DesktopGrid.VmSandbox;
using DesktopGrid.VmSandbox.GlobinSearch;
using DesktopGrid.VmSandbox.Primitives;

// GlobinSearch INPUTS RESULTS: runs search.sh of the folder INPUTS in a sandbox, with all that lies beside it, and puts the reports
// into the folder RESULTS. build/demo.sh prepares the inputs.
if (args is not [var inputs, var results])
{
    Console.Error.WriteLine("usage: GlobinSearch INPUTS RESULTS");
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
    var options = new SandboxHostOptions { StorePath = Path.Combine(results, "store") };
    await using var host = await SandboxHost.OpenAsync(options, cancellationToken: interrupted.Token);
    var display = new ProgressDisplay(Console.Out, !Console.IsOutputRedirected);

    var result = await host.RunAsync(GlobinJob.Describe(inputs, results), display, display.ShowAsync, interrupted.Token);

    Summary.WriteHits(Console.Out, "the globin sequences", await SearchHit.ReadAsync(Path.Combine(results, GlobinJob.GlobinReport), interrupted.Token));
    Summary.WriteHits(Console.Out, "the generated sequences", await SearchHit.ReadAsync(Path.Combine(results, GlobinJob.GeneratedReport), interrupted.Token));
    Summary.WriteRun(Console.Out, result);
    return result.ExitCode ?? 128 + result.Signal!.Value;
}
catch (SandboxException failure)
{
    Console.Error.WriteLine($"error: {failure.Message}");
    return 1;
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    Console.Error.WriteLine("error: interrupted; the machine was removed");
    return 130;
}
