using System.IO.Compression;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.Packages;

/// <summary>
/// The archive with the programs of a package. The guest unpacks it; here it is judged before, since a guest whose disk is full tells nothing
/// of why. What its directory says is not believed: each file's own head must say the same, and each is unpacked into nothing, and counted.
/// </summary>
internal static class ApplicationArchive
{
    /// <summary>The most files in it.</summary>
    public const int MaxFiles = 10_000;

    /// <summary>The most bytes that it may unpack to: a quarter of the guest's disk.</summary>
    public const long MaxUnpackedBytes = 2L << 30;

    private const int Stored = 0, Deflated = 8;

    /// <summary>Judges an archive.</summary>
    /// <returns>The paths of its files.</returns>
    /// <exception cref="JobException">It is no archive, or one that is not taken, or cannot be read.</exception>
    public static async Task<IReadOnlyList<string>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var archive = await HostFiles.OpenReadAsync(path, cancellationToken).ConfigureAwait(false);
            await using var scope = archive.ConfigureAwait(false);
            Require(archive.CanSeek, "it is a pipe or a device, and must be a file");
            var all = await ArchiveDirectory.ReadAsync(archive, cancellationToken).ConfigureAwait(false);
            Judge(all);
            IReadOnlyList<PackedFile> files = [.. all.Where(static file => !file.IsFolder)];
            // A folder, too: its head may name a file.
            foreach (var file in all)
            {
                Require(await FileHead.PassAsync(archive, file, cancellationToken).ConfigureAwait(false), $"{Name(file)} has a head of its own that says something else than the archive's directory");
                if (!file.IsFolder)
                {
                    await UnpackIntoNothingAsync(archive, file, cancellationToken).ConfigureAwait(false);
                }
            }

            return [.. files.Select(static file => file.Path)];
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw JobException.Invalid($"The package's archive {path} cannot be unpacked: {e.Message.TrimEnd('.')}.", cause: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw JobException.Unreadable(path, e);
        }
    }

    private static void Judge(IReadOnlyList<PackedFile> files)
    {
        Require(files.Count <= MaxFiles, $"it has {files.Count} files and folders, and {MaxFiles} are taken");
        foreach (var file in files)
        {
            var fault = RelativePath.Fault(file.IsFolder ? file.Path[..^1] : file.Path);
            Require(fault is null, $"it has the file {Name(file)}. {fault}");
            Require(!file.IsFolder || (file.Length == 0 && file.PackedLength == 0), $"its folder {Name(file)} has content");
            Require(!file.IsEncrypted, $"the file {Name(file)} needs a password");
            Require(file.Method is Stored or Deflated, $"the file {Name(file)} is packed by method {file.Method}, which the guest does not know");
        }

        Require(files.Sum(static file => file.Length) <= MaxUnpackedBytes, $"it says that it has more than {MaxUnpackedBytes} bytes");
    }

    private static async Task UnpackIntoNothingAsync(FileStream archive, PackedFile file, CancellationToken cancellationToken)
    {
        var length = file.Method == Stored ? file.PackedLength : await InflateAsync(archive, file.Length, cancellationToken).ConfigureAwait(false);
        Require(length == file.Length, $"the file {Name(file)} has {(length > file.Length ? "more" : "less")} than the {file.Length} bytes that its directory says");
    }

    /// <summary>Counts what comes out, and stops beyond what should.</summary>
    private static async Task<long> InflateAsync(Stream archive, long most, CancellationToken cancellationToken)
    {
        var inflater = new DeflateStream(archive, CompressionMode.Decompress, leaveOpen: true);
        await using var scope = inflater.ConfigureAwait(false);
        var buffer = new byte[128 * 1024];
        var length = 0L;
        while (length <= most && await inflater.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is not 0 and var read)
        {
            length += read;
        }

        return length;
    }

    private static string Name(PackedFile file) => $"\"{TextTail.Clean(file.Path)}\"";

    private static void Require(bool holds, string fault)
    {
        if (!holds)
        {
            throw new InvalidDataException(fault);
        }
    }
}
