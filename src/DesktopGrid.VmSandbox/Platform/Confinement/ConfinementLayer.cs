namespace DesktopGrid.VmSandbox.Platform.Confinement;

/// <summary>One barrier around the QEMU process. Which of them an operating system offers differs; none needs root.</summary>
public enum ConfinementLayer
{
    /// <summary>QEMU's own system-call filter (<c>-sandbox</c>); Linux.</summary>
    QemuSeccomp = 0,
    /// <summary>Our filter in front of it: no new process, no foreign socket family; in force before QEMU's first instruction.</summary>
    SystemCallFilter = 1,
    /// <summary>The process can gain no privilege by running another program.</summary>
    NoNewPrivileges = 2,
    /// <summary>The process holds no capability (Linux) or privilege (Windows).</summary>
    NoCapabilities = 3,
    /// <summary>The process runs as a user that owns nothing but this machine; applies where the host is root.</summary>
    UnprivilegedUser = 4,
    /// <summary>The process has no network but an empty one.</summary>
    EmptyNetwork = 5,
    /// <summary>The process sees only its own files and the operating system's programs.</summary>
    PrivateFiles = 6,
    /// <summary>The process sees and can signal no other process.</summary>
    PrivateProcesses = 7,
    /// <summary>No core dump is written, which would hold the guest's memory.</summary>
    NoCoreDump = 8,
    /// <summary>No file that the process writes can grow beyond a bound.</summary>
    FileSizeLimit = 9,
    /// <summary>The process ends with this one, however this one ends.</summary>
    DiesWithParent = 10,
    /// <summary>The process has lowered processor and disk priority from its first instruction on.</summary>
    LowPriority = 11,
}

/// <summary>Whether a layer is on.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="IsOn">Whether it is in force.</param>
/// <param name="Reason">By what means it is on, or why it is off and what would switch it on.</param>
public sealed record ConfinementLayerStatus(ConfinementLayer Layer, bool IsOn, string Reason);
