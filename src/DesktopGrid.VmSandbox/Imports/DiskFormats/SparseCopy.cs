namespace DesktopGrid.VmSandbox.Imports.DiskFormats;

/// <summary>Copies a piece of a file, and leaves out what are zeros anyway.</summary>
internal static class SparseCopy
{
    private const int BlockSize = 1 << 20, HoleSize = 64 * 1024;

    /// <summary>Copies.</summary>
    /// <param name="source">From its position on.</param>
    /// <param name="target">Empty; has the piece's length afterwards.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="written">Told before each piece that is really written, with its bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Images.ImageException">The source ends earlier.</exception>
    public static async Task RunAsync(Stream source, FileStream target, long length, Func<long, ValueTask> written, CancellationToken cancellationToken)
    {
        target.SetLength(length);
        var block = new byte[BlockSize];
        for (long at = 0; at < length;)
        {
            var read = await source.ReadAtLeastAsync(block.AsMemory(0, (int)Math.Min(BlockSize, length - at)), (int)Math.Min(BlockSize, length - at), throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw ImportFault.Malformed(target.Name, "its source ends too early");
            }

            for (var begin = 0; begin < read; begin += HoleSize)
            {
                var piece = block.AsMemory(begin, Math.Min(HoleSize, read - begin));
                if (piece.Span.ContainsAnyExcept((byte)0))
                {
                    await written(piece.Length).ConfigureAwait(false);
                    target.Position = at + begin;
                    await target.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
                }
            }

            at += read;
        }
    }
}
