using DesktopGrid.VmSandbox.Imports.Archives;

namespace DesktopGrid.VmSandbox.Imports.Oci;

/// <summary>The files of an image in an archive that is not packed: where each of them lies, from one walk over the headers.</summary>
internal sealed class ArchiveFiles : IImageFiles
{
    private readonly Dictionary<string, (long Offset, long Length)> _files;
    private readonly string _path;

    private ArchiveFiles(string path, string source, Dictionary<string, (long Offset, long Length)> files) => (_path, Source, _files) = (path, source, files);

    public string Source { get; }

    /// <summary>Walks over the headers.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="source">What it is called in a failure.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Images.ImageException">It is no archive, or cannot be read.</exception>
    public static async Task<ArchiveFiles> ReadAsync(string path, string source, CancellationToken cancellationToken)
    {
        var archive = SourceStream.OpenFile(path);
        await using var scope = archive.ConfigureAwait(false);
        var files = new Dictionary<string, (long, long)>(StringComparer.Ordinal);
        var links = new List<ArchiveEntry>();
        var reader = new ArchiveReader(archive, source);
        try
        {
            var characters = 0L;
            for (var count = 0; await reader.NextAsync(cancellationToken).ConfigureAwait(false) is { } entry; count++)
            {
                characters += entry.Path.Length + (entry.Target?.Length ?? 0);
                if (count > ArchiveLimits.MaxEntries || characters > ArchiveLimits.MaxPathCharacters)
                {
                    throw ImportFault.Refused(source, $"it has more than {ArchiveLimits.MaxEntries} entries, or their paths and links more than {ArchiveLimits.MaxPathCharacters} characters together");
                }

                if (entry.Kind == ArchiveEntryKind.File)
                {
                    files[entry.Path] = (reader.Position, entry.Length);
                }
                else if (entry.Kind is ArchiveEntryKind.Link or ArchiveEntryKind.HardLink)
                {
                    links.Add(entry);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ImportFault.Unreadable(source, e);
        }

        foreach (var link in links)
        {
            // Older versions of docker save write a layer that occurs twice once, and a link to it.
            if (files.TryGetValue(TargetOf(link), out var file))
            {
                files[link.Path] = file;
            }
        }

        return new ArchiveFiles(path, source, files);
    }

    public bool Has(string path) => _files.ContainsKey(EntryName.Judge(Source, path));

    public long LengthOf(string path) => Require(path).Length;

    public Stream Open(string path, Action<long>? told)
    {
        var (offset, length) = Require(path);
        return SourceStream.Open(_path, offset, length, told is null ? null : read => told(read - offset));
    }

    private (long Offset, long Length) Require(string path) =>
        _files.TryGetValue(EntryName.Judge(Source, path), out var file) ? file : throw ImportFault.Malformed(Source, $"its file {ImportFault.Quote(path)} is missing");

    /// <summary>The path that a link means; one that leads out means none.</summary>
    private static string TargetOf(ArchiveEntry link)
    {
        if (link.Kind == ArchiveEntryKind.HardLink)
        {
            return link.Target!;
        }

        var parts = new List<string>(link.Folder.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (var part in link.Target!.Split('/'))
        {
            if (part != ".." && part is not ("" or "."))
            {
                parts.Add(part);
            }
            else if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
        }

        return string.Join('/', parts);
    }
}
