using System.Diagnostics;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Benchmarks.Ours;
using DesktopGrid.VmSandbox.Benchmarks.Raw;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Disks;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;
using DesktopGrid.VmSandbox.Vms.Boundary;

namespace DesktopGrid.VmSandbox.Benchmarks.Cases;

/// <summary>
/// 500 MB in and out by disk. In: from the first answer of a guest whose disk is ready to the content of the disk's last file. By hand: mount, and
/// a shell that reads that file. Out: until all of a file lies in the output disk's file on the host. By hand: dd from the file to the raw disk.
/// </summary>
internal sealed class BulkDisks(BenchRun run) : IBenchmark
{
    private const long Length = 500L * 1024 * 1024;
    private const string Large = "bench", Last = "last";

    private readonly Pattern _pattern = new();
    private readonly Measure _in = new("disk.in.500MB.ms", "ms", Aim.AtMost(300));
    private readonly Measure _make = new("disk.in.500MB.make.ms", "ms");
    private readonly Measure _out = new("disk.out.500MB.mbps", "MB/s", Aim.RatioAtLeast(0.8));
    private readonly Measure _taken = new("disk.out.500MB.taken.mbps", "MB/s");

    public IReadOnlyList<Measure> Measures => [_in, _make, _out, _taken];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var host = await run.HostAsync(cancellationToken);
        var image = RawImage.Prepare(run.Folder);
        if (run.Wants(_in) || run.Wants(_make))
        {
            await InAsync(host, image, cancellationToken);
        }

        if (run.Wants(_out) || run.Wants(_taken))
        {
            await OutAsync(host, image, cancellationToken);
        }
    }

    private async Task InAsync(OurHost host, RawImage image, CancellationToken cancellationToken)
    {
        var iso = Path.Combine(run.Folder.New("iso"), "input.iso");
        await MakeAsync(iso, isCounted: false, cancellationToken);
        await OurInAsync(host, iso, isCounted: false, cancellationToken);
        await RawInAsync(image, iso, isCounted: false, cancellationToken);
        await run.InterleaveAsync(
            _in.Name,
            run.Count(5),
            async () =>
            {
                await MakeAsync(iso, isCounted: true, cancellationToken);
                await OurInAsync(host, iso, isCounted: true, cancellationToken);
            },
            () => RawInAsync(image, iso, isCounted: true, cancellationToken),
            cancellationToken);
        File.Delete(iso);
    }

    /// <summary>What the host does before the machine starts.</summary>
    private async Task MakeAsync(string iso, bool isCounted, CancellationToken cancellationToken)
    {
        IsoFile[] files = [Of(Large, Length), Of(Last, 1)];
        var start = Stopwatch.GetTimestamp();
        await using (var disk = new FileStream(iso, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0, Options = FileOptions.Asynchronous }))
        {
            await new IsoWriter(disk).WriteAsync(files, DateTimeOffset.UtcNow, null, cancellationToken);
        }

        if (isCounted)
        {
            run.Ours(_make, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        IsoFile Of(string path, long length) => new(path, length, false, _ => Task.FromResult<Stream>(new PatternStream(_pattern, length)));
    }

    private async Task OurInAsync(OurHost host, string iso, bool isCounted, CancellationToken cancellationToken)
    {
        var machine = await host.CreateAsync(cancellationToken);
        File.Copy(iso, await Disks(host).MakeInputDiskAsync(machine, cancellationToken), overwrite: true);
        var length = new FileInfo(iso).Length;
        await host.Machines.StartAsync(machine, cancellationToken);
        var session = await SessionAsync(host, machine, cancellationToken);
        var start = Stopwatch.GetTimestamp();
        await session.AddInputDiskAsync(length, cancellationToken);
        await using var last = new PatternStream(_pattern, 1);
        await session.GetAsync(Last, last, cancellationToken: cancellationToken);
        var time = Stopwatch.GetElapsedTime(start);
        if (isCounted)
        {
            run.Ours(_in, time.TotalMilliseconds);
        }
        else
        {
            // Once, that what is there is what was put there.
            await using var all = new PatternStream(_pattern, Length);
            await session.GetAsync(Large, all, cancellationToken: cancellationToken);
        }

        await host.Machines.DestroyAsync(machine, cancellationToken);
    }

    private async Task RawInAsync(RawImage image, string iso, bool isCounted, CancellationToken cancellationToken)
    {
        var folder = run.Folder.New("raw");
        await RawQemu.MakeOverlayAsync(image, folder, cancellationToken);
        await using var guest = await RawGuest.BootAsync(image, folder, OurHost.MemoryMiB, null, cancellationToken, new RawDisks(iso, null));
        var start = Stopwatch.GetTimestamp();
        await guest.MountAsync(Last, cancellationToken);
        if (isCounted)
        {
            run.Raw(_in, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }

    private async Task OutAsync(OurHost host, RawImage image, CancellationToken cancellationToken)
    {
        var diskLength = CollectedFormat.LengthOf(1, Length);
        var machine = await host.CreateAsync(cancellationToken);
        var disk = await Disks(host).MakeOutputDiskAsync(machine, diskLength, cancellationToken);
        await host.Machines.StartAsync(machine, cancellationToken);
        var session = await SessionAsync(host, machine, cancellationToken);

        var folder = run.Folder.New("raw");
        var rawDisk = Path.Combine(folder, "output.raw");
        await using (var made = new FileStream(rawDisk, FileMode.CreateNew))
        {
            made.SetLength(diskLength);
        }

        await RawQemu.MakeOverlayAsync(image, folder, cancellationToken);
        await using var raw = await RawGuest.BootAsync(image, folder, OurHost.MemoryMiB, null, cancellationToken, new RawDisks(null, rawDisk));
        await using (var content = new PatternStream(_pattern, Length))
        {
            await session.PutAsync(Large, content, cancellationToken: cancellationToken);
        }

        await raw.PutAsync(Large, Length, _pattern, cancellationToken);
        await OurOutAsync(session, disk, diskLength, isCounted: false, cancellationToken);
        await RawOutAsync(raw, isCounted: false, cancellationToken);
        await run.InterleaveAsync(
            _out.Name,
            run.Count(5),
            () => OurOutAsync(session, disk, diskLength, isCounted: true, cancellationToken),
            () => RawOutAsync(raw, isCounted: true, cancellationToken),
            cancellationToken);
        await host.Machines.DestroyAsync(machine, cancellationToken);
    }

    private async Task OurOutAsync(IDiskSession session, string disk, long diskLength, bool isCounted, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var length = await session.CollectAsync(new CollectRequest([Large], diskLength, Length, 0), null, cancellationToken);
        var written = Stopwatch.GetElapsedTime(start);
        await using var stream = new FileStream(disk, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        await using var target = new PatternStream(_pattern, Length);
        var reader = new CollectedReader(stream, length, [Large]);
        await reader.BeginAsync(cancellationToken);
        await reader.TakeAsync(target, Length, null, cancellationToken);
        await reader.EndAsync(cancellationToken);
        if (isCounted)
        {
            run.Ours(_out, Speed(written));
            run.Ours(_taken, Speed(Stopwatch.GetElapsedTime(start)));
        }
    }

    private async Task RawOutAsync(RawGuest guest, bool isCounted, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        await guest.CopyOutAsync(Large, cancellationToken);
        if (isCounted)
        {
            run.Raw(_out, Speed(Stopwatch.GetElapsedTime(start)));
        }
    }

    private static double Speed(TimeSpan time) => Length / 1e6 / time.TotalSeconds;

    private static IRunningMachines Disks(OurHost host) => (IRunningMachines)host.Machines;

    private static async Task<IDiskSession> SessionAsync(OurHost host, VmId machine, CancellationToken cancellationToken) => (IDiskSession)await host.Host.OpenSessionAsync(machine, cancellationToken);
}
