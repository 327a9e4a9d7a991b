using System.Diagnostics;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Benchmarks.Ours;
using DesktopGrid.VmSandbox.Benchmarks.Raw;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Vms;

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

    private readonly Measure _extra = new("clone.extra.percent", "%", Aim.AtMost(30));

    public IReadOnlyList<Measure> Measures => [_total, _launch, _load, _extra];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var host = await run.HostAsync(cancellationToken);
        // The first start makes the template.
        var first = await host.CreateAsync(cancellationToken, warmStart: true);
        await host.Machines.StartAsync(first, cancellationToken);
        var raw = RawClone.Like((await host.Machines.GetStatusAsync(first, cancellationToken)).ProcessId!.Value, host.Host.StorePath, first, run.Folder.New("clone"));
        await host.Machines.DestroyAsync(first, cancellationToken);
        if (run.Wants(_extra))
        {
            await MemoryAsync(host, cancellationToken);
        }

        await OursAsync(host, isCounted: false, cancellationToken);
        await raw.RunAsync(cancellationToken);
        await run.InterleaveAsync(
            _total.Name,
            run.Count(21),
            () => OursAsync(host, isCounted: true, cancellationToken),
            async () => run.Raw(_total, (await raw.RunAsync(cancellationToken)).TotalMilliseconds),
            cancellationToken);
    }

    /// <summary>What one more idle clone takes of the computer's memory, beside another, in parts of what a machine takes that was booted.</summary>
    private async Task MemoryAsync(OurHost host, CancellationToken cancellationToken)
    {
        var machines = new List<VmId>();
        foreach (var isWarm in (bool[])[false, true, true])
        {
            var machine = await host.CreateAsync(cancellationToken, isWarm);
            await host.Machines.StartAsync(machine, cancellationToken);
            machines.Add(machine);
        }

        run.Ours(_extra, 100.0 * await BytesAsync(machines[2]) / await BytesAsync(machines[0]));
        foreach (var machine in machines)
        {
            await host.Machines.DestroyAsync(machine, cancellationToken);
        }

        async Task<long> BytesAsync(VmId machine) => (await host.Machines.GetStatusAsync(machine, cancellationToken)).MemoryBytes;
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
