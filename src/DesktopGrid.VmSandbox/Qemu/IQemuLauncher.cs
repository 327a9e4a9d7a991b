using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Sockets;

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
