namespace DesktopGrid.VmSandbox.Qemu;

/// <summary>Finds QEMU and proves its accelerators.</summary>
internal interface IQemuSelector
{
    /// <summary>The QEMU to use, read from the emulator itself; remembered as long as its file stays the same.</summary>
    /// <exception cref="QemuException">None is found, or it lacks what is needed; says what to install.</exception>
    Task<QemuInstallation> FindAsync(CancellationToken cancellationToken);

    /// <summary>The same, believing nothing of what is remembered of QEMU or of the tools that confine it.</summary>
    /// <exception cref="QemuException">None is found, or it lacks what is needed; says what to install.</exception>
    Task<QemuInstallation> FindAgainAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The accelerator to use: what the options name, else the best that has booted the proving guest. Verdicts are remembered per QEMU
    /// build, host kernel and accelerator; a "no" for a day, and not at all where hardware is demanded.
    /// </summary>
    /// <exception cref="QemuException">Hardware is demanded and none is proven.</exception>
    Task<IReadOnlyList<AcceleratorVerdict>> ProveAsync(ProvingGuest guest, bool again, CancellationToken cancellationToken);
}

/// <summary>The guest that an accelerator must boot: a kernel and an initial RAM disk that say something on the console.</summary>
/// <param name="KernelPath">The kernel.</param>
/// <param name="InitrdPath">The initial RAM disk.</param>
/// <param name="KernelCommandLine">Its line.</param>
internal sealed record ProvingGuest(string KernelPath, string InitrdPath, string KernelCommandLine);
