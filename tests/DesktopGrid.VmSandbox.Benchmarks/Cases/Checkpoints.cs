using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Benchmarks.Ours;
using DesktopGrid.VmSandbox.Benchmarks.Raw;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Qmp;
using DesktopGrid.VmSandbox.Qmp.Commands;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Benchmarks.Cases;

/// <summary>
/// Checkpoints of guests of three sizes with three quarters of their RAM in use, most of it random bytes: how long a client that pings all the
/// time hears nothing, above the longest gap in the same guest undisturbed; how long it takes; how large it is. By hand: QEMU's own
/// <c>savevm</c>. The guest that is busy rewrites 64 MB without a pause.
/// </summary>
internal sealed class Checkpoints(BenchRun run) : IBenchmark
{
    private const string Name = "bench";

    // What kernel, daemon and shell have in use beside what a program fills.
    private const int OwnMiB = 64;
    // Random bytes are slow to draw under emulation: so many are drawn once and repeated, beyond what zstd looks back.
    private const int BlockBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan Undisturbed = TimeSpan.FromSeconds(2);

    private static readonly Size[] Sizes =
    [
        new(256, 50, 7),
        new(1024, 50, 5),
        new(4096, 150, 3),
    ];

    private readonly Measure _busySilence = new("checkpoint.1024mb.busy.silence.ms", "ms", Aim.AtMost(600));
    private readonly Measure _busyWrite = new("checkpoint.1024mb.busy.write.ms", "ms");
    private readonly Measure _resume = new("resume.ms", "ms");

    public IReadOnlyList<Measure> Measures => [.. Sizes.SelectMany(static size => (Measure[])[size.Silence, size.Write, size.FileSize]), _busySilence, _busyWrite, _resume];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var size in Sizes.Where(size => run.Wants(size.Silence) || run.Wants(size.Write) || run.Wants(size.FileSize) || (size.MiB == 256 && run.Wants(_resume))))
        {
            await SizeAsync(size, cancellationToken);
        }

        if (run.Wants(_busySilence) || run.Wants(_busyWrite))
        {
            await BusyAsync(cancellationToken);
        }
    }

    private async Task SizeAsync(Size size, CancellationToken cancellationToken)
    {
        var host = await run.HostAsync(cancellationToken);
        // Both never at once: two guests of 4 GB would measure the computer's memory.
        await OursAsync(host, size, cancellationToken);
        await RawAsync(size, cancellationToken);
    }

    private async Task OursAsync(OurHost host, Size size, CancellationToken cancellationToken)
    {
        var (machine, session) = await StartAsync(host, size.MiB, cancellationToken);
        await FillAsync(session, size.FilledBytes, cancellationToken);
        for (var i = 0; i < run.Count(size.Samples); i++)
        {
            run.Say($"{size.Silence.Name}: {i + 1} of {run.Count(size.Samples)}");
            var (silence, write, checkpoint) = await TakeAsync(host, machine, session, cancellationToken);
            run.Ours(size.Silence, silence);
            run.Ours(size.Write, write);
            run.Ours(size.FileSize, checkpoint.FileBytes / 1e6);
        }

        if (size.MiB == 256)
        {
            for (var i = 0; i < run.Count(5); i++)
            {
                await host.Machines.StopAsync(machine, TimeSpan.Zero, cancellationToken);
                var start = Stopwatch.GetTimestamp();
                await host.Machines.ResumeAsync(machine, Name, cancellationToken);
                await (await host.Host.OpenSessionAsync(machine, cancellationToken)).PingAsync(cancellationToken);
                run.Ours(_resume, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        await host.Machines.DestroyAsync(machine, cancellationToken);
    }

    private async Task BusyAsync(CancellationToken cancellationToken)
    {
        var host = await run.HostAsync(cancellationToken);
        var (machine, session) = await StartAsync(host, 1024, cancellationToken);
        await session.StartAsync(Shell("while :; do head -c 64000000 /dev/zero | tr '\\0' x > /dev/shm/x; done"), cancellationToken: cancellationToken);
        for (var i = 0; i < run.Count(5); i++)
        {
            run.Say($"{_busySilence.Name}: {i + 1} of {run.Count(5)}");
            var (silence, write, _) = await TakeAsync(host, machine, session, cancellationToken);
            run.Ours(_busySilence, silence);
            run.Ours(_busyWrite, write);
        }

        await host.Machines.DestroyAsync(machine, cancellationToken);
    }

    private static async Task<(double Silence, double Write, VmCheckpoint Taken)> TakeAsync(OurHost host, VmId machine, ISandboxSession session, CancellationToken cancellationToken)
    {
        var calm = await LongestGapAsync(() => session.PingAsync(cancellationToken), Task.Delay(Undisturbed, cancellationToken));
        var start = Stopwatch.GetTimestamp();
        var taking = host.Machines.CheckpointAsync(machine, Name, cancellationToken);
        var gap = await LongestGapAsync(() => session.PingAsync(cancellationToken), taking);
        var write = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return (Math.Max(0, gap - calm), write, await taking);
    }

    private async Task RawAsync(Size size, CancellationToken cancellationToken)
    {
        var image = RawImage.Prepare(run.Folder);
        var folder = run.Folder.New("raw");
        await RawQemu.MakeOverlayAsync(image, folder, cancellationToken);
        await using var guest = await RawGuest.BootAsync(image, folder, size.MiB, null, cancellationToken);
        await guest.FillAsync(size.FilledBytes, cancellationToken);
        await using var monitor = await guest.OpenMonitorAsync(cancellationToken);
        for (var i = 0; i < run.Count(size.Samples); i++)
        {
            var calm = await LongestGapAsync(() => guest.PingAsync(cancellationToken), Task.Delay(Undisturbed, cancellationToken));
            var start = Stopwatch.GetTimestamp();
            var saving = HumanAsync(monitor, $"savevm {Name}", cancellationToken);
            var gap = await LongestGapAsync(() => guest.PingAsync(cancellationToken), saving);
            run.Raw(size.Silence, Math.Max(0, gap - calm));
            run.Raw(size.Write, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        if (size.MiB == 256)
        {
            for (var i = 0; i < run.Count(5); i++)
            {
                var start = Stopwatch.GetTimestamp();
                await HumanAsync(monitor, $"loadvm {Name}", cancellationToken);
                await guest.PingAsync(cancellationToken);
                run.Raw(_resume, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }
    }

    private static async Task<(VmId Machine, ISandboxSession Session)> StartAsync(OurHost host, int memoryMiB, CancellationToken cancellationToken)
    {
        var machine = await host.CreateAsync(cancellationToken, warmStart: true, memoryMiB);
        await host.Machines.StartAsync(machine, cancellationToken);
        return (machine, await host.Host.OpenSessionAsync(machine, cancellationToken));
    }

    private static async Task FillAsync(ISandboxSession session, long bytes, CancellationToken cancellationToken)
    {
        await session.StartAsync(Shell(string.Create(CultureInfo.InvariantCulture, $"head -c {BlockBytes} /dev/urandom > block; {{ i=0; while [ $i -lt {bytes / BlockBytes} ]; do cat block; i=$((i+1)); done; echo filled >&2; while :; do sleep 1000; done; }} | tail -c {bytes} >/dev/null")), cancellationToken: cancellationToken);
        await foreach (var happened in session.FollowAsync(cancellationToken: cancellationToken))
        {
            if (happened is TaskOutput { IsError: true })
            {
                return;
            }

            if (happened is TaskEnded)
            {
                throw new InvalidOperationException("The guest's memory could not be filled.");
            }
        }
    }

    private static TaskStartRequest Shell(string script) => new() { TaskId = Name, Program = "/bin/sh", Arguments = ["-c", script] };

    /// <summary>The longest time between two answers until something has ended.</summary>
    private static async Task<double> LongestGapAsync(Func<Task> ping, Task until)
    {
        var longest = TimeSpan.Zero;
        var last = Stopwatch.GetTimestamp();
        do
        {
            await ping();
            var gap = Stopwatch.GetElapsedTime(last);
            longest = gap > longest ? gap : longest;
            last = Stopwatch.GetTimestamp();
        }
        while (!until.IsCompleted);

        await until;
        return longest.TotalMilliseconds;
    }

    private static async Task HumanAsync(QmpClient monitor, string line, CancellationToken cancellationToken)
    {
        var said = await monitor.ExecuteAsync(new QmpCommand<JsonElement>("human-monitor-command", QmpJsonContext.Default.JsonElement, writer => writer.WriteString("command-line", line)), cancellationToken);
        if (said.GetString() is { Length: > 0 } fault)
        {
            throw new InvalidOperationException(fault);
        }
    }

    private sealed record Size(int MiB, int MostSilence, int Samples)
    {
        public Measure Silence { get; } = new($"checkpoint.{MiB}mb.silence.ms", "ms", Aim.AtMost(MostSilence));

        public Measure Write { get; } = new($"checkpoint.{MiB}mb.write.ms", "ms");

        public Measure FileSize { get; } = new($"checkpoint.{MiB}mb.size.mb", "MB");

        public long FilledBytes => ((MiB * 3L / 4) - OwnMiB) * 1024 * 1024;
    }
}
