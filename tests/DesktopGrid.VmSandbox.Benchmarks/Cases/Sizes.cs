using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Benchmarks.Ours;
using DesktopGrid.VmSandbox.Benchmarks.Raw;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.Benchmarks.Cases;

/// <summary>
/// What lies on the disk: the guest image as it is shipped, and what one machine that ran a computing task and stopped takes of it, as its blocks
/// are counted. By hand: the overlay of a guest that booted and ended.
/// </summary>
internal sealed class Sizes(BenchRun run) : IBenchmark
{
    private readonly Measure _image = new("image.tiny.mb", "MB", Aim.AtMost(20));
    private readonly Measure _instance = new("instance.disk.mb", "MB", Aim.AtMost(5));

    public IReadOnlyList<Measure> Measures => [_image, _instance];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (run.Wants(_image))
        {
            run.Ours(_image, Megabytes(Directory.EnumerateFiles(RawImage.SourceFolder)));
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

    private static double Megabytes(IEnumerable<string> files) => files.Sum(static file => new FileInfo(file).Length) / 1e6;
}
