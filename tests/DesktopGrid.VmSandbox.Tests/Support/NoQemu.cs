using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Vms;
using DesktopGrid.VmSandbox.Vms.Boundary;

namespace DesktopGrid.VmSandbox.Tests.Support;

/// <summary>Stands where QEMU would, and tells whoever comes so far.</summary>
internal sealed class NoQemu : IQemuLauncher, IQemuImageTool, IQemuSelector, IGuestLinkFactory
{
    public Task<IQemuProcess> StartAsync(QemuInstallation installation, MachineSpec spec, Action<ProcessIdentity>? announce, CancellationToken cancellationToken) => throw Reached();

    public Task<IQemuProcess> AdoptAsync(ProcessIdentity identity, MachineSpec spec, CancellationToken cancellationToken) => throw Reached();

    public Task EndStrayAsync(LocalEndpoint monitor, CancellationToken cancellationToken) => throw Reached();

    public Task RevertAsync(QemuInstallation installation, string machine, OverlayDisk disk, string snapshot, CancellationToken cancellationToken) => throw Reached();

    public Task DeleteAsync(QemuInstallation installation, string machine, OverlayDisk disk, string snapshot, CancellationToken cancellationToken) => throw Reached();

    public Task KeepAsync(QemuInstallation installation, string machine, OverlayDisk disk, string snapshot, CancellationToken cancellationToken) => throw Reached();

    public Task ExtractAsync(QemuInstallation installation, string machine, OverlayDisk disk, string snapshot, string target, CancellationToken cancellationToken) => throw Reached();

    public Task ConvertAsync(QemuInstallation installation, string name, string source, string format, string target, long length, CancellationToken cancellationToken) => throw Reached();

    public Task<QemuInstallation> FindAsync(CancellationToken cancellationToken) => throw Reached();

    public Task<QemuInstallation> FindAgainAsync(CancellationToken cancellationToken) => throw Reached();

    public Task<IReadOnlyList<AcceleratorVerdict>> ProveAsync(ProvingGuest guest, bool again, CancellationToken cancellationToken) => throw Reached();

    public IGuestLink Connect(VmId machine, IReadOnlyList<SerialPort> ports, IReadOnlyDictionary<string, string> variables, bool isFresh, TimeProvider time, CancellationToken machineEnded) => throw Reached();

    private static InvalidOperationException Reached() => new("QEMU was asked for in a test that has none.");
}
