using System.Diagnostics;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Benchmarks.Ours;
using DesktopGrid.VmSandbox.Benchmarks.Raw;
using DesktopGrid.VmSandbox.Logs;

namespace DesktopGrid.VmSandbox.Benchmarks.Cases;

/// <summary>
/// From the start verb to the daemon's first answer, in the phases that the machine's log shows, of a host that has started machines
/// before. By hand: from the start of a plain QEMU to the first byte of an answer from the guest's userspace, which has loaded the same
/// drivers and mounted the same root. The overlay is there before in both ways.
/// </summary>
internal sealed class ColdStart(BenchRun run) : IBenchmark
{
    private const string UserspaceMarker = "userspace reached", DaemonMarker = "vmsandboxd: version", RawMarker = "root mounted";

    private readonly Measure _total = new("start.cold.ms", "ms", Aim.RatioAtMost(1.2));
    private readonly Measure _launch = new("start.cold.launch.ms", "ms");
    private readonly Measure _kernel = new("start.cold.kernel.ms", "ms");
    private readonly Measure _drivers = new("start.cold.drivers.ms", "ms");
    private readonly Measure _daemon = new("start.cold.daemon.ms", "ms");
    private readonly Measure _cpu = new("start.cold.cpu.ms", "ms");

    public IReadOnlyList<Measure> Measures => [_total, _launch, _kernel, _drivers, _daemon, _cpu];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var host = await run.HostAsync(cancellationToken);
        var image = RawImage.Prepare(run.Folder);
        // The first start of a host also asks QEMU what it can do and tries the tools of the confinement.
        await OursAsync(host, isCounted: false, cancellationToken);
        await RawAsync(image, isCounted: false, cancellationToken);
        await run.InterleaveAsync(
            _total.Name,
            run.Count(9),
            () => OursAsync(host, isCounted: true, cancellationToken),
            () => RawAsync(image, isCounted: true, cancellationToken),
            cancellationToken);
    }

    private async Task OursAsync(OurHost host, bool isCounted, CancellationToken cancellationToken)
    {
        var machine = await host.CreateAsync(cancellationToken);
        var (start, started) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
        await host.Machines.StartAsync(machine, cancellationToken);
        var total = Stopwatch.GetElapsedTime(started);
        var cpu = (await host.Machines.GetStatusAsync(machine, cancellationToken)).CpuTime;
        if (isCounted)
        {
            run.Ours(_total, total.TotalMilliseconds);
            run.Ours(_cpu, cpu.TotalMilliseconds);
            var lines = await host.Host.ReadLogAsync(machine, cancellationToken: cancellationToken).ToListAsync(cancellationToken);
            Phases(run.Ours, start, At(LogSource.Host, "started: "), At(LogSource.Console, UserspaceMarker), At(LogSource.Daemon, DaemonMarker), start + total);

            DateTimeOffset At(LogSource source, string text) => lines.First(line => line.Source == source && line.Text.Contains(text, StringComparison.Ordinal)).Time;
        }

        await host.Machines.DestroyAsync(machine, cancellationToken);
    }

    private async Task RawAsync(RawImage image, bool isCounted, CancellationToken cancellationToken)
    {
        var folder = run.Folder.New("raw");
        await RawQemu.MakeOverlayAsync(image, folder, cancellationToken);
        var (start, started) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
        DateTimeOffset launched = default;
        Task<List<(DateTimeOffset Time, string Line)>>? console = null;
        var guest = await RawGuest.BootAsync(
            image,
            folder,
            OurHost.MemoryMiB,
            stream =>
            {
                launched = DateTimeOffset.UtcNow;
                console = ReadAsync(stream);
            },
            cancellationToken);
        var total = Stopwatch.GetElapsedTime(started);
        var cpu = guest.CpuTime;
        await guest.DisposeAsync();
        var lines = await console!;
        if (isCounted)
        {
            run.Raw(_total, total.TotalMilliseconds);
            run.Raw(_cpu, cpu.TotalMilliseconds);
            Phases(run.Raw, start, launched, At(UserspaceMarker), At(RawMarker), start + total);
        }

        DateTimeOffset At(string text) => lines.First(line => line.Line.Contains(text, StringComparison.Ordinal)).Time;
    }

    private void Phases(Action<Measure, double> note, params ReadOnlySpan<DateTimeOffset> moments)
    {
        Measure[] phases = [_launch, _kernel, _drivers, _daemon];
        for (var i = 0; i < phases.Length; i++)
        {
            note(phases[i], (moments[i + 1] - moments[i]).TotalMilliseconds);
        }
    }

    private static async Task<List<(DateTimeOffset Time, string Line)>> ReadAsync(Stream console)
    {
        var lines = new List<(DateTimeOffset, string)>();
        using var reader = new StreamReader(console);
        try
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                lines.Add((DateTimeOffset.UtcNow, line));
            }
        }
        catch (IOException)
        {
            // QEMU was killed, which is how it ends here.
        }

        return lines;
    }
}
