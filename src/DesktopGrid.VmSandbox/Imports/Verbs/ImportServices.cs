using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Platform.Files;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Stores;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.Imports.Verbs;

/// <summary>What the verbs about images work with.</summary>
/// <param name="Layout">Where the store's things lie.</param>
/// <param name="Images">Its base images.</param>
/// <param name="Layers">Its layers.</param>
/// <param name="Machines">What its machines are made of.</param>
/// <param name="Selector">Finds QEMU.</param>
/// <param name="ImageTool">Its image tool.</param>
/// <param name="Files">This system's files.</param>
/// <param name="DemandRoom">Makes room on the disk for so many bytes, or refuses.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Where the verbs log.</param>
internal sealed record ImportServices(
    StoreLayout Layout,
    ImageLibrary Images,
    LayerLibrary Layers,
    MachineTable Machines,
    IQemuSelector Selector,
    IQemuImageTool ImageTool,
    IPrivateFiles Files,
    Func<long, CancellationToken, Task> DemandRoom,
    TimeProvider Time,
    ILogger Logger);
