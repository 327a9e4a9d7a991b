using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qmp;

namespace DesktopGrid.VmSandbox.Qemu;

/// <summary>Runs QEMU.</summary>
internal interface IQemuLauncher
{
    /// <summary>
    /// Starts QEMU confined and with its virtual CPUs standing (<c>-S</c>), and connects monitor and console, so that no line of the
    /// guest is lost; the caller lets it go on.
    /// </summary>
    /// <param name="installation">Which QEMU.</param>
    /// <param name="spec">What to run.</param>
    /// <param name="announce">Told QEMU's process as early as the system allows (<see cref="LaunchRequest.Announce"/>); null for nobody.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="QemuException">It ended at once or did not open its monitor in time; carries exit code and standard error.</exception>
    Task<IQemuProcess> StartAsync(QemuInstallation installation, MachineSpec spec, Action<ProcessIdentity>? announce, CancellationToken cancellationToken);

    /// <summary>Connects again to a QEMU that outlived its host process.</summary>
    /// <exception cref="QemuException">It is gone or does not answer.</exception>
    Task<IQemuProcess> AdoptAsync(ProcessIdentity identity, MachineSpec spec, CancellationToken cancellationToken);

    /// <summary>
    /// Ends a QEMU of which only the monitor is known, since its host was killed before it could note the process. Where nobody listens,
    /// nothing is done.
    /// </summary>
    Task EndStrayAsync(LocalEndpoint monitor, CancellationToken cancellationToken);
}

/// <summary>One running QEMU. Disposing it kills what still runs, unless it was told to outlive its host: then it only lets go.</summary>
internal interface IQemuProcess : IAsyncDisposable
{
    /// <summary>Its own process.</summary>
    ProcessIdentity Identity { get; }
    /// <summary>Its monitor.</summary>
    QmpClient Monitor { get; }
    /// <summary>The guest's serial console; read by one reader, at a bounded rate.</summary>
    Stream Console { get; }
    /// <summary>The last lines of its standard error; empty for an adopted one.</summary>
    TextTail Errors { get; }
    /// <summary>Its command line; null for an adopted one.</summary>
    string? CommandLine { get; }
    /// <summary>Ends when the process has ended.</summary>
    Task<ProcessExit> Exited { get; }
    /// <summary>The confinement in force, layer by layer, QEMU's own filter among them.</summary>
    IReadOnlyList<ConfinementLayerStatus> Confinement { get; }
    /// <summary>Kills it.</summary>
    void Kill();
}

/// <summary>Finds QEMU and proves its accelerators.</summary>
internal interface IQemuSelector
{
    /// <summary>The QEMU to use, read from the emulator itself; remembered for the life of the object.</summary>
    /// <exception cref="QemuException">None is found, or it lacks what is needed; says what to install.</exception>
    Task<QemuInstallation> FindAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The accelerator to use: what the options name, else the best that has booted the proving guest. Verdicts are remembered per QEMU
    /// build, host kernel and accelerator.
    /// </summary>
    /// <exception cref="QemuException">Hardware is demanded and none is proven.</exception>
    Task<IReadOnlyList<AcceleratorVerdict>> ProveAsync(ProvingGuest guest, bool again, CancellationToken cancellationToken);
}

/// <summary>The guest that an accelerator must boot: a kernel and an initial RAM disk that say something on the console.</summary>
/// <param name="KernelPath">The kernel.</param>
/// <param name="InitrdPath">The initial RAM disk.</param>
/// <param name="KernelCommandLine">Its line.</param>
internal sealed record ProvingGuest(string KernelPath, string InitrdPath, string KernelCommandLine);
