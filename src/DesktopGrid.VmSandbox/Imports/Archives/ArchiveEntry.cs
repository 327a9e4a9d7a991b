namespace DesktopGrid.VmSandbox.Imports.Archives;

/// <summary>An entry of an archive, judged.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Path">Where: relative, without <c>.</c> and <c>..</c>; empty for the archive's root.</param>
/// <param name="Mode">Who may do what.</param>
/// <param name="Time">When it was changed.</param>
/// <param name="Length">Bytes of a file.</param>
/// <param name="Target">Of a symbolic link its target as it stands there; of a hard link the path of the other name, judged.</param>
internal sealed record ArchiveEntry(ArchiveEntryKind Kind, string Path, uint Mode, DateTimeOffset Time, long Length, string? Target)
{
    /// <summary>The path of the folder that it lies in.</summary>
    public string Folder => Path.LastIndexOf('/') is > 0 and var slash ? Path[..slash] : "";

    /// <summary>Its own name.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
}

/// <summary>What an entry can be.</summary>
internal enum ArchiveEntryKind
{
    File,
    Folder,
    Link,
    HardLink,
}
