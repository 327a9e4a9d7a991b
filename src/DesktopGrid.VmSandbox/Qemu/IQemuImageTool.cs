namespace DesktopGrid.VmSandbox.Qemu;

/// <summary>What only QEMU's own image tool can do with a disk that no QEMU has open.</summary>
internal interface IQemuImageTool
{
    /// <summary>Takes a disk back to an instant that it keeps; what was written since is gone.</summary>
    /// <param name="installation">Beside which emulator the tool lies.</param>
    /// <param name="machine">Whose disk.</param>
    /// <param name="disk">The disk, whose header was judged.</param>
    /// <param name="snapshot">The instant's name.</param>
    /// <param name="cancellationToken">Gives up; the disk may be at either instant then.</param>
    /// <exception cref="QemuException">The tool is missing, or refused.</exception>
    Task RevertAsync(QemuInstallation installation, string machine, OverlayDisk disk, string snapshot, CancellationToken cancellationToken);

    /// <summary>Forgets an instant; the disk stays as it is.</summary>
    /// <inheritdoc cref="RevertAsync"/>
    Task DeleteAsync(QemuInstallation installation, string machine, OverlayDisk disk, string snapshot, CancellationToken cancellationToken);

    /// <summary>Gives the disk as it is at this moment a name to go back to.</summary>
    /// <inheritdoc cref="RevertAsync"/>
    Task KeepAsync(QemuInstallation installation, string machine, OverlayDisk disk, string snapshot, CancellationToken cancellationToken);

    /// <summary>Writes what a disk kept at an instant, beyond its base, into an overlay that has nothing yet. Takes as long as copying that does.</summary>
    /// <param name="installation">Beside which emulator the tool lies.</param>
    /// <param name="machine">Whose disk.</param>
    /// <param name="disk">The disk, whose header was judged.</param>
    /// <param name="snapshot">The instant's name.</param>
    /// <param name="target">The empty overlay over the same base.</param>
    /// <param name="cancellationToken">Gives up; the target is of no use then.</param>
    /// <exception cref="QemuException">The tool is missing, or refused.</exception>
    Task ExtractAsync(QemuInstallation installation, string machine, OverlayDisk disk, string snapshot, string target, CancellationToken cancellationToken);

    /// <summary>Writes a disk of another format as plain bytes. Takes as long as copying it does.</summary>
    /// <param name="installation">Beside which emulator the tool lies.</param>
    /// <param name="name">Tells this act apart from others, where each gets a user of its own.</param>
    /// <param name="source">The disk, whose header was judged; it belongs to this act alone.</param>
    /// <param name="format">Its format; named, never probed.</param>
    /// <param name="target">A file of zeros, as long as the disk is for a machine.</param>
    /// <param name="length">Bytes of it.</param>
    /// <param name="cancellationToken">Gives up; the target is of no use then.</param>
    /// <exception cref="QemuException">The tool is missing, or refused.</exception>
    Task ConvertAsync(QemuInstallation installation, string name, string source, string format, string target, long length, CancellationToken cancellationToken);
}
