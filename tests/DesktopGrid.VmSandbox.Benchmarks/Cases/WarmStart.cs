using System.Diagnostics;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Benchmarks.Ours;
using DesktopGrid.VmSandbox.Benchmarks.Raw;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Benchmarks.Cases;

/// <summary>
/// From the start verb of a machine whose template is there to the answer to a ping, in phases. By hand: a plain QEMU that is given the same state
/// by <c>-incoming exec:cat</c>, to the same guest's answer to a ping. And the same where memory is shared, with the memory that a clone takes.
/// </summary>
internal sealed class WarmStart(BenchRun run) : IBenchmark
{
    private readonly Measure _total = new("start.warm.ms", "ms", Aim.AtMostOver(60, 250));
    private readonly Measure _launch = new("start.warm.launch.ms", "ms");
    private readonly Measure _load = new("start.warm.load.ms", "ms");

    private readonly Measure _shared = new("start.shared.ms", "ms", Aim.AtMostOver(60, 250));

    private readonly Measure _extra = new("clone.extra.percent", "%", Aim.AtMost(30));
    private readonly Measure _own = new("clone.own.percent", "%");

    public IReadOnlyList<Measure> Measures => [_total, _launch, _load, _shared, _extra, _own];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var host = await run.HostAsync(cancellationToken);
        // The first start makes the template.
        var first = await host.CreateAsync(cancellationToken, warmStart: true);
        await host.Machines.StartAsync(first, cancellationToken);
        var raw = RawClone.Like((await host.Machines.GetStatusAsync(first, cancellationToken)).ProcessId!.Value, host.Host.StorePath, first, run.Folder.New("clone"));
        await host.Machines.DestroyAsync(first, cancellationToken);
        if (run.Wants(_total) || run.Wants(_launch) || run.Wants(_load))
        {
            await TimeAsync(host, raw, _total, cancellationToken);
        }

        if (run.Wants(_extra) || run.Wants(_own) || run.Wants(_shared))
        {
            // The first one brings the template into memory, which the one by hand uses too.
            await OursAsync(host, isShared: true, isCounted: false, cancellationToken);
            var sharing = await raw.SharingAsync(cancellationToken);
            await MemoryAsync(host, sharing, cancellationToken);
            if (run.Wants(_shared))
            {
                await TimeAsync(host, sharing, _shared, cancellationToken);
            }
        }
    }

    private async Task TimeAsync(OurHost host, RawClone raw, Measure measure, CancellationToken cancellationToken)
    {
        var isShared = measure == _shared;
        await OursAsync(host, isShared, isCounted: false, cancellationToken);
        await raw.RunAsync(cancellationToken);
        await run.InterleaveAsync(
            measure.Name,
            run.Count(21),
            () => OursAsync(host, isShared, isCounted: true, cancellationToken),
            async () => run.Raw(measure, (await raw.RunAsync(cancellationToken)).Time.TotalMilliseconds),
            cancellationToken);
    }

    /// <summary>
    /// What one more idle clone takes of the computer's memory, beside others of its kind, in parts of what a machine takes that was booted: such a
    /// one that shares its memory, and such a one that does not.
    /// </summary>
    private async Task MemoryAsync(OurHost host, RawClone raw, CancellationToken cancellationToken)
    {
        var booted = await host.CreateAsync(cancellationToken);
        await host.Machines.StartAsync(booted, cancellationToken);
        var whole = await BytesAsync(booted);
        foreach (var (measure, isShared) in ((Measure, bool)[])[(_own, false), (_extra, true)])
        {
            var clones = new List<VmId>();
            for (var clone = 0; clone < 3; clone++)
            {
                clones.Add(await host.CreateAsync(cancellationToken, warmStart: true, shareMemory: isShared));
                await host.Machines.StartAsync(clones[^1], cancellationToken);
            }

            run.Ours(measure, 100.0 * await BytesAsync(clones[^1]) / whole);
            if (isShared)
            {
                run.Raw(measure, 100.0 * (await raw.RunAsync(cancellationToken)).Bytes / whole);
            }

            foreach (var clone in clones)
            {
                await host.Machines.DestroyAsync(clone, cancellationToken);
            }
        }

        await host.Machines.DestroyAsync(booted, cancellationToken);

        async Task<long> BytesAsync(VmId machine) => (await host.Machines.GetStatusAsync(machine, cancellationToken)).MemoryBytes;
    }

    private async Task OursAsync(OurHost host, bool isShared, bool isCounted, CancellationToken cancellationToken)
    {
        var machine = await host.CreateAsync(cancellationToken, warmStart: true, shareMemory: isShared);
        var (start, started) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
        await host.Machines.StartAsync(machine, cancellationToken);
        await (await host.Host.OpenSessionAsync(machine, cancellationToken)).PingAsync(cancellationToken);
        var total = Stopwatch.GetElapsedTime(started);
        if (isCounted)
        {
            run.Ours(isShared ? _shared : _total, total.TotalMilliseconds);
        }

        if (isCounted && !isShared)
        {
            var launched = (await host.Host.ReadLogAsync(machine, cancellationToken: cancellationToken).ToListAsync(cancellationToken))
                .First(static line => line.Source == LogSource.Host && line.Text.StartsWith("started: ", StringComparison.Ordinal)).Time;
            run.Ours(_launch, (launched - start).TotalMilliseconds);
            run.Ours(_load, (start + total - launched).TotalMilliseconds);
        }

        await host.Machines.DestroyAsync(machine, cancellationToken);
    }
}
