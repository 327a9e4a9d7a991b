using System.Diagnostics;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Benchmarks.Ours;
using DesktopGrid.VmSandbox.Benchmarks.Raw;
using DesktopGrid.VmSandbox.Logs;

namespace DesktopGrid.VmSandbox.Benchmarks.Cases;

/// <summary>
/// From the start verb of a machine whose template is there to the answer to a ping, in phases. By hand: a plain QEMU that is given the same state
/// by <c>-incoming exec:cat</c>, to the same guest's answer to a ping.
/// </summary>
internal sealed class WarmStart(BenchRun run) : IBenchmark
{
    private readonly Measure _total = new("start.warm.ms", "ms", Aim.AtMostOver(60, 250));
    private readonly Measure _launch = new("start.warm.launch.ms", "ms");
    private readonly Measure _load = new("start.warm.load.ms", "ms");

    public IReadOnlyList<Measure> Measures => [_total, _launch, _load];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var host = await run.HostAsync(cancellationToken);
        // The first start makes the template.
        var first = await host.CreateAsync(cancellationToken, warmStart: true);
        await host.Machines.StartAsync(first, cancellationToken);
        var raw = RawClone.Like((await host.Machines.GetStatusAsync(first, cancellationToken)).ProcessId!.Value, host.Host.StorePath, first, run.Folder.New("clone"));
        await host.Machines.DestroyAsync(first, cancellationToken);
        await OursAsync(host, isCounted: false, cancellationToken);
        await raw.RunAsync(cancellationToken);
        await run.InterleaveAsync(
            _total.Name,
            run.Count(21),
            () => OursAsync(host, isCounted: true, cancellationToken),
            async () => run.Raw(_total, (await raw.RunAsync(cancellationToken)).TotalMilliseconds),
            cancellationToken);
    }

    private async Task OursAsync(OurHost host, bool isCounted, CancellationToken cancellationToken)
    {
        var machine = await host.CreateAsync(cancellationToken, warmStart: true);
        var (start, started) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
        await host.Machines.StartAsync(machine, cancellationToken);
        await (await host.Host.OpenSessionAsync(machine, cancellationToken)).PingAsync(cancellationToken);
        var total = Stopwatch.GetElapsedTime(started);
        if (isCounted)
        {
            run.Ours(_total, total.TotalMilliseconds);
            var launched = (await host.Host.ReadLogAsync(machine, cancellationToken: cancellationToken).ToListAsync(cancellationToken))
                .First(static line => line.Source == LogSource.Host && line.Text.StartsWith("started: ", StringComparison.Ordinal)).Time;
            run.Ours(_launch, (launched - start).TotalMilliseconds);
            run.Ours(_load, (start + total - launched).TotalMilliseconds);
        }

        await host.Machines.DestroyAsync(machine, cancellationToken);
    }
}
