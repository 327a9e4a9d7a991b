using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Metering;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Sockets;

namespace DesktopGrid.VmSandbox.Platform;

/// <summary>Everything that differs between operating systems, in one place. Made once by <see cref="HostPlatform"/>.</summary>
internal interface IHostPlatform : IDisposable
{
    IConfinement Confinement { get; }
    IProcessLauncher Launcher { get; }
    IProcessFinder Finder { get; }
    IProcessMeter Meter { get; }
    IRuntimeDirectories RuntimeDirectories { get; }

    /// <summary>Folders in which QEMU's installers put it on this operating system, PATH not counted.</summary>
    IReadOnlyList<string> QemuInstallFolders { get; }

    /// <summary>The command that installs a missing part here, as a sentence.</summary>
    string InstallQemuAdvice { get; }
}
