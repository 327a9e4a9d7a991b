using System.IO.Compression;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Benchmarks.Ours;
using DesktopGrid.VmSandbox.Benchmarks.Raw;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.Benchmarks.Cases;

/// <summary>
/// What lies on the disk: the guest images as they are shipped (the Debian base where it lies beside the tiny image), the engine as its package holds it (each file by deflate), and what one machine that ran a computing task and stopped takes of it, as its blocks are counted. By hand:
/// the overlay of a guest that booted and ended.
/// </summary>
internal sealed class Sizes(BenchRun run) : IBenchmark
{
    private readonly Measure _image = new("image.tiny.mb", "MB", Aim.AtMost(20));
    private readonly Measure _debian = new("image.debian.mb", "MB", Aim.AtMost(60));
    private readonly Measure _engine = new("bundle.qemu.mb", "MB", Aim.AtMost(15));
    private readonly Measure _instance = new("instance.disk.mb", "MB", Aim.AtMost(5));

    public IReadOnlyList<Measure> Measures => [_image, _debian, _engine, _instance];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (run.Wants(_image))
        {
            run.Ours(_image, Megabytes(Directory.EnumerateFiles(RawImage.SourceFolder)));
        }

        var debian = Path.Combine(Path.GetDirectoryName(RawImage.SourceFolder)!, "debian");
        if (run.Wants(_debian) && Directory.Exists(debian))
        {
            run.Ours(_debian, Megabytes(Directory.EnumerateFiles(debian)));
        }

        if (run.Wants(_engine))
        {
            run.Ours(_engine, Packed(EngineFolder));
        }

        if (run.Wants(_instance))
        {
            run.Ours(_instance, await OursAsync(cancellationToken));
            run.Raw(_instance, await RawAsync(cancellationToken));
        }
    }

    private async Task<double> OursAsync(CancellationToken cancellationToken)
    {
        var host = await run.HostAsync(cancellationToken);
        var machine = await host.CreateAsync(cancellationToken);
        await host.Machines.StartAsync(machine, cancellationToken);
        var session = await host.Host.OpenSessionAsync(machine, cancellationToken);
        await session.StartAsync(new TaskStartRequest { TaskId = "computing", Program = "/bin/sh", Arguments = ["-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo $i"] }, cancellationToken: cancellationToken);
        await session.FollowAsync(cancellationToken: cancellationToken).LastAsync(cancellationToken);
        await host.Machines.StopAsync(machine, cancellationToken: cancellationToken);
        // Not counted is what the store has for all machines together: images, catalog.
        var size = (await host.Machines.GetStatusAsync(machine, cancellationToken)).DiskBytes / 1e6;
        await host.Machines.DestroyAsync(machine, cancellationToken);
        return size;
    }

    private async Task<double> RawAsync(CancellationToken cancellationToken)
    {
        var image = RawImage.Prepare(run.Folder);
        var folder = run.Folder.New("raw");
        await RawQemu.MakeOverlayAsync(image, folder, cancellationToken);
        await using var guest = await RawGuest.BootAsync(image, folder, OurHost.MemoryMiB, null, cancellationToken);
        await guest.EndAsync(cancellationToken);
        return Megabytes([guest.Overlay]);
    }

    /// <summary>build/bench.sh makes it and names its emulator.</summary>
    private static string EngineFolder => Path.GetDirectoryName(Environment.GetEnvironmentVariable("VMSANDBOX_CARRIED_QEMU"))
        ?? throw new InvalidOperationException("VMSANDBOX_CARRIED_QEMU names no emulator: run build/qemu.sh and set it to artifacts/qemu/linux-x64/qemu-system-x86_64.");

    private static double Packed(string folder)
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                archive.CreateEntryFromFile(file, Path.GetRelativePath(folder, file), CompressionLevel.SmallestSize);
            }
        }

        return packed.Length / 1e6;
    }

    private static double Megabytes(IEnumerable<string> files) => files.Sum(static file => new FileInfo(file).Length) / 1e6;
}
