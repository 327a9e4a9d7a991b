using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Platform.Hosts;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Boundary;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.Vms.Running;

/// <summary>What the verbs work with.</summary>
internal sealed record VmServices(
    StoreLayout Layout,
    ImageLibrary Images,
    LayerLibrary Layers,
    MachineTable Machines,
    KeptLogTable KeptLogs,
    CheckpointTable Checkpoints,
    IQemuSelector Selector,
    IQemuLauncher Launcher,
    IQemuImageTool ImageTool,
    QemuOptions QemuOptions,
    IHostPlatform Platform,
    IGuestLinkFactory Links,
    TimeProvider Time,
    ILogger Logger)
{
    /// <summary>What may run at once.</summary>
    public HostBudget Budget { get; init; } = new();

    /// <summary>The most that the store may take on the disk; null for no limit.</summary>
    public long? DiskBytes { get; init; }
}
