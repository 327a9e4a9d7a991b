using DesktopGrid.VmSandbox.Images;

namespace DesktopGrid.VmSandbox.Imports;

/// <summary>A piece of a file of the host, whose faults are the source's and not the store's.</summary>
/// <param name="path">The file.</param>
/// <param name="file">It, opened; ends with this.</param>
/// <param name="length">Bytes from its position on that belong to the piece.</param>
/// <param name="told">Told how many bytes of the file are behind the reader; null for nobody.</param>
internal sealed class SourceStream(string path, FileStream file, long length, Action<long>? told) : ForwardStream
{
    private long _left = length;

    /// <summary>Opens a file whole.</summary>
    /// <exception cref="ImageException">It cannot be read.</exception>
    public static SourceStream Open(string path, Action<long>? told) => Open(path, 0, null, told);

    /// <summary>Opens a piece of a file; null for its rest.</summary>
    /// <exception cref="ImageException">It cannot be read, or ends before the piece does.</exception>
    public static SourceStream Open(string path, long offset, long? length, Action<long>? told)
    {
        var file = OpenFile(path);
        if (offset < 0 || length < 0 || offset + (length ?? 0) > file.Length)
        {
            file.Dispose();
            throw ImportFault.Malformed(path, "it ends too early");
        }

        file.Position = offset;
        return new SourceStream(path, file, length ?? file.Length - offset, told);
    }

    /// <summary>Opens a file that can be sought.</summary>
    /// <exception cref="ImageException">It cannot be read.</exception>
    public static FileStream OpenFile(string path)
    {
        try
        {
            // A pipe, whose opening waits for a writer, and a device, which never ends, have no length either.
            if (LengthOf(path) == 0)
            {
                throw ImportFault.Malformed(path, "it is empty, or no ordinary file");
            }

            return new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read, BufferSize = 0, Options = FileOptions.Asynchronous });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ImportFault.Unreadable(path, e);
        }
    }

    /// <summary>Bytes of a file; of one that a link leads to its own, where .NET tells those of the link. Below zero where there is none.</summary>
    /// <exception cref="ImageException">The link leads in a circle.</exception>
    public static long LengthOf(string path)
    {
        try
        {
            return (new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) ?? new FileInfo(path)) is FileInfo { Exists: true } file ? file.Length : -1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ImportFault.Unreadable(path, e);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var read = await file.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken).ConfigureAwait(false);
            _left -= read;
            told?.Invoke(file.Position);
            return read;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ImportFault.Unreadable(path, e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
