namespace DesktopGrid.VmSandbox.Disks;

/// <summary>A file that goes onto a disk of input files.</summary>
/// <param name="Path">Where it will be: relative, with forward slashes, checked before.</param>
/// <param name="Length">Bytes, as they are promised to the disk's directories before the first is read.</param>
/// <param name="IsExecutable">Whether it may be run as a program.</param>
/// <param name="OpenAsync">Opens its bytes, when their turn has come.</param>
internal sealed record IsoFile(string Path, long Length, bool IsExecutable, Func<CancellationToken, Task<Stream>> OpenAsync);

/// <summary>A source that gives more or fewer bytes than it promised, or fails: nothing that the disk's own file is to blame for.</summary>
internal sealed class IsoSourceException(IsoFile file, string message, Exception? cause = null) : IOException(message, cause)
{
    public IsoFile File { get; } = file;
}
