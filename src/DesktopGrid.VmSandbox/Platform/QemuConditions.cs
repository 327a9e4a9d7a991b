namespace DesktopGrid.VmSandbox.Platform;

/// <summary>What this operating system and its processor mean for QEMU: facts, gathered once.</summary>
internal sealed record QemuConditions
{
    /// <summary>The file name of the emulator of x86-64 machines.</summary>
    public required string FileName { get; init; }

    /// <summary>Folders in which QEMU's installers put it here, PATH not counted.</summary>
    public required IReadOnlyList<string> InstallFolders { get; init; }

    /// <summary>The command that installs it here, as a sentence.</summary>
    public required string InstallAdvice { get; init; }

    /// <summary>Whether QEMU can filter its own system calls here (<c>-sandbox</c>): seccomp is Linux's alone.</summary>
    public bool HasOwnFilter { get; init; }

    /// <summary>Whether this system takes single pages of a process back on QEMU's word (madvise(2), <c>MADV_DONTNEED</c>): Linux alone does.</summary>
    public bool TakesPagesBack { get; init; }

    /// <summary>The help of hardware that may be had here, best first, each with the reason where it cannot.</summary>
    public required IReadOnlyList<HostAccelerator> Accelerators { get; init; }

    /// <summary>
    /// Whether the host's processor orders memory at least as strictly as the guest's. Where it does not, emulation must not run
    /// virtual CPUs side by side (QEMU, docs/devel/multi-thread-tcg).
    /// </summary>
    public bool OrdersMemoryLikeGuest { get; init; } = GuestProcessor.IsHosts;
}

/// <summary>Help that this host may give in executing the guest's instructions.</summary>
/// <param name="Name">QEMU's name for it (<c>-accel</c>).</param>
/// <param name="Absence">Why it cannot be had, as a clause; null where only a boot can tell.</param>
/// <param name="DevicePaths">Device files that QEMU opens for it.</param>
internal sealed record HostAccelerator(string Name, string? Absence, IReadOnlyList<string> DevicePaths);
