namespace DesktopGrid.VmSandbox.Disks;

/// <summary>
/// Writes a disk in one pass from files whose lengths and names nobody knows beforehand: their bytes first, as they come, then the directories, and
/// at last, at the beginning, where those are. ISO 9660 lets them lie anywhere.
/// </summary>
/// <param name="target">The disk's file, empty, which can be sought.</param>
internal sealed class IsoBuilder(Stream target)
{
    private const int HeadSectors = IsoLayout.FirstDescriptor + 2, BlockSize = 128 * 1024;

    private readonly byte[] _block = new byte[BlockSize];
    private long _next = HeadSectors;

    /// <summary>Bytes of the disk so far.</summary>
    public long Length => _next * IsoBytes.SectorSize;

    /// <summary>Writes the bytes of a file.</summary>
    /// <param name="content">The file, from its position to its end.</param>
    /// <param name="seen">Given each block before it is written; what it throws ends the copy.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Where they lie.</returns>
    /// <exception cref="IOException">One of the two fails.</exception>
    public async Task<IsoExtent> AppendAsync(Stream content, Func<ReadOnlyMemory<byte>, ValueTask> seen, CancellationToken cancellationToken)
    {
        target.Position = Length;
        long copied = 0;
        while (await content.ReadAtLeastAsync(_block, _block.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            await seen(_block.AsMemory(0, read)).ConfigureAwait(false);
            await target.WriteAsync(_block.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            copied += read;
        }

        var extent = new IsoExtent(_next, copied);
        _next += IsoBytes.Sectors(copied);
        return extent;
    }

    /// <summary>Writes the directories, and the disk is whole.</summary>
    /// <param name="items">The root, and what is in it, each behind its folder.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Bytes of the disk.</returns>
    /// <exception cref="ArgumentException">They are more than a disk of this format can have.</exception>
    /// <exception cref="IOException">The disk cannot be written.</exception>
    public async Task<long> FinishAsync(IEnumerable<IsoItem> items, CancellationToken cancellationToken)
    {
        var layout = new IsoLayout(IsoNode.Build(items), _next);
        var time = layout.Root.Time!.Value;
        target.Position = Length;
        foreach (var bytes in IsoDirectories.Encode(layout, time))
        {
            await target.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }

        target.SetLength(layout.Sectors * IsoBytes.SectorSize);
        target.Position = (long)IsoLayout.FirstDescriptor * IsoBytes.SectorSize;
        await target.WriteAsync(IsoVolume.Descriptors(layout, time), cancellationToken).ConfigureAwait(false);
        return target.Length;
    }
}
