using DesktopGrid.VmSandbox.Benchmarks.Raw;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Benchmarks.Ours;

/// <summary>Two running guests of the same image: one of the library's, one by hand. Each stands idle while the other works.</summary>
internal sealed class GuestPair : IAsyncDisposable
{
    private readonly OurHost _host;

    private GuestPair(OurHost host, VmId machine, ISandboxSession session, RawGuest raw) => (_host, Machine, Session, Raw) = (host, machine, session, raw);

    public VmId Machine { get; }

    public ISandboxSession Session { get; }

    public RawGuest Raw { get; }

    public static async Task<GuestPair> BootAsync(OurHost host, RawImage image, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(image.Kernel)!;
        await RawQemu.MakeOverlayAsync(image, folder, cancellationToken);
        var raw = await RawGuest.BootAsync(image, folder, OurHost.MemoryMiB, null, cancellationToken);
        try
        {
            var machine = await host.CreateAsync(cancellationToken);
            await host.Machines.StartAsync(machine, cancellationToken);
            return new GuestPair(host, machine, await host.Host.OpenSessionAsync(machine, cancellationToken), raw);
        }
        catch
        {
            await raw.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Raw.DisposeAsync();
        await _host.Machines.DestroyAsync(Machine);
    }
}
