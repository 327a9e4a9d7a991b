using DesktopGrid.VmSandbox.Platform.Files;
using DesktopGrid.VmSandbox.Platform.Memory;
using DesktopGrid.VmSandbox.Platform.Metering;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Sockets;

namespace DesktopGrid.VmSandbox.Platform.Hosts;

/// <summary>Everything that differs between operating systems, in one place. Made once, by the front door.</summary>
internal interface IHostPlatform : IDisposable
{
    IProcessLauncher Launcher { get; }
    IProcessFinder Finder { get; }
    IProcessMeter Meter { get; }
    IRuntimeDirectories RuntimeDirectories { get; }

    /// <summary>Keeps a store's files from other users.</summary>
    IPrivateFiles Files { get; }

    /// <summary>Memory that machines share; null where the operating system has none that nobody can alter.</summary>
    IRamImages? RamImages { get; }

    /// <summary>Where QEMU is here, how it is called and what can help it.</summary>
    QemuConditions Qemu { get; }

    /// <summary>
    /// What the processor of this computer is and can do, as a text to compare: a guest that booted with hardware's help knows it, and must not go on
    /// with another. The computer's name where the operating system does not tell. Asked anew each time, since a disk may move to another computer.
    /// </summary>
    string Processor { get; }

    /// <summary>How file names compare on the file systems that are usual here.</summary>
    StringComparer FileNames { get; }
}
