using System.Globalization;
using DesktopGrid.VmSandbox;
using DesktopGrid.VmSandbox.Applications;
using DesktopGrid.VmSandbox.Imports;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;

// Applications dock|render LAYER RESULTS: runs AutoDock Vina or POV-Ray in a sandbox, from the layer's archive LAYER that build/guest.sh has made.
// Applications compare PICTURE PICTURE: whether two PNG files show the same. demo.sh beside this file does all of it.
switch (args)
{
    case ["compare", var one, var other]:
        return Compare(PngPixels.Read(one), PngPixels.Read(other));
    case ["dock" or "render", var archive, var results]:
        return await RunAsync(args[0], archive, results);
    default:
        Console.Error.WriteLine("usage: Applications dock|render LAYER RESULTS\n       Applications compare PICTURE PICTURE");
        return 2;
}

static int Compare(PngPixels one, PngPixels other)
{
    var same = (one.Width, one.Height, one.Channels) == (other.Width, other.Height, other.Channels) && one.Bytes.AsSpan().SequenceEqual(other.Bytes);
    Console.WriteLine(same ? $"the same {one.Width} x {one.Height} pixels" : "the pictures differ");
    return same ? 0 : 1;
}

static async Task<int> RunAsync(string application, string archive, string results)
{
    using var interrupted = new CancellationTokenSource();
    Console.CancelKeyPress += (_, pressed) =>
    {
        pressed.Cancel = true;
        interrupted.Cancel();
    };

    try
    {
        await using var host = await SandboxHost.OpenAsync(new SandboxHostOptions { StorePath = Path.Combine(results, "store") }, cancellationToken: interrupted.Token);
        var layer = await host.Images.ImportAsync(new LayerImport { Path = archive, Name = application }, cancellationToken: interrupted.Token);
        var job = application == "dock" ? ApplicationJobs.Dock(AppContext.BaseDirectory, layer.Id, results) : ApplicationJobs.Render(AppContext.BaseDirectory, layer.Id, results);
        var told = 0.0;
        var progress = new Progress<JobProgress>(now =>
        {
            if (now.FractionDone is { } fraction && fraction > Interlocked.Exchange(ref told, fraction))
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{fraction * 100,3:0} % done after {now.Elapsed.TotalSeconds:0} s"));
            }
        });

        var result = await host.RunAsync(job, progress, cancellationToken: interrupted.Token);

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"exit code {result.ExitCode}; CPU time {result.CpuTime.TotalSeconds:0.0} s, {result.PeakMemoryBytes >> 20} MiB at most"));
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
}
