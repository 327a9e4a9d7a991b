namespace DesktopGrid.VmSandbox.Disks;

/// <summary>
/// Writes files as a disk that Linux mounts: ISO 9660 with Rock Ridge. Managed code, the same on every host; a library for it (DiscUtils) was looked for
/// and is not to be had from the package source that this house builds from. No file is held in memory.
/// </summary>
/// <param name="target">Where to, from its position on.</param>
internal sealed class IsoWriter(Stream target)
{
    private const int BlockSize = 1024 * 1024;

    private readonly byte[] _zeros = new byte[IsoBytes.SectorSize];
    private readonly byte[] _block = new byte[BlockSize];
    private long _written;

    /// <param name="files">The files; no two of one path, and none whose path is a folder of another.</param>
    /// <param name="time">What the disk says of when its files were changed.</param>
    /// <param name="tell">Told after each block: the file under way, and how much of it is written.</param>
    /// <param name="cancellationToken">Gives up; the target holds a part.</param>
    /// <returns>Bytes of the disk.</returns>
    /// <exception cref="IsoSourceException">A file cannot be read, or is not as long as it was said to be.</exception>
    /// <exception cref="IOException">The target cannot be written.</exception>
    public async Task<long> WriteAsync(IReadOnlyList<IsoFile> files, DateTimeOffset time, Action<IsoFile, long>? tell, CancellationToken cancellationToken)
    {
        var layout = new IsoLayout(files);
        await AppendAsync(new byte[IsoLayout.FirstDescriptor * IsoBytes.SectorSize], cancellationToken).ConfigureAwait(false);
        await AppendAsync(IsoVolume.Descriptors(layout, time), cancellationToken).ConfigureAwait(false);
        foreach (var bytes in IsoDirectories.Encode(layout, time))
        {
            await AppendAsync(bytes, cancellationToken).ConfigureAwait(false);
        }

        foreach (var node in layout.Files)
        {
            await CopyAsync(node.File!, tell, cancellationToken).ConfigureAwait(false);
            await FillAsync(IsoBytes.Sectors(_written) * IsoBytes.SectorSize, cancellationToken).ConfigureAwait(false);
        }

        await FillAsync(layout.Sectors * IsoBytes.SectorSize, cancellationToken).ConfigureAwait(false);
        return _written;
    }

    private async Task CopyAsync(IsoFile file, Action<IsoFile, long>? tell, CancellationToken cancellationToken)
    {
        var source = await file.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var scope = source.ConfigureAwait(false);
        long copied = 0;
        while (true)
        {
            var read = await ReadAsync(file, source, cancellationToken).ConfigureAwait(false);
            copied += read;
            if (copied > file.Length || (read == 0 && copied < file.Length))
            {
                throw new IsoSourceException(file, "It gives more or fewer bytes than its length says.");
            }

            if (read == 0)
            {
                return;
            }

            await AppendAsync(_block.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            tell?.Invoke(file, copied);
        }
    }

    private async Task<int> ReadAsync(IsoFile file, Stream source, CancellationToken cancellationToken)
    {
        try
        {
            return await source.ReadAsync(_block, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IsoSourceException(file, e.Message, e);
        }
    }

    private async Task FillAsync(long length, CancellationToken cancellationToken)
    {
        while (_written < length)
        {
            await AppendAsync(_zeros.AsMemory(0, (int)Math.Min(_zeros.Length, length - _written)), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await target.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        _written += bytes.Length;
    }
}
