namespace DesktopGrid.VmSandbox.Imports.Archives;

/// <summary>How much of an archive is taken, whoever made it.</summary>
internal static class ArchiveLimits
{
    /// <summary>Entries of all its layers together: each is kept in memory until the disk's directories are written.</summary>
    public const int MaxEntries = 500_000;

    /// <summary>Bytes of an entry's path: Linux's PATH_MAX less room for where it is mounted.</summary>
    public const int MaxPathBytes = 3_800;

    /// <summary>Characters of the paths and links of all entries together: deep paths have many, and each is kept as well.</summary>
    public const long MaxPathCharacters = 64L << 20;

    /// <summary>Folders in each other.</summary>
    public const int MaxDepth = 128;

    /// <summary>Bytes of what stands before an entry because its header has no room for it; long names and attributes have a few thousand.</summary>
    public const int MaxExtensionBytes = 1024 * 1024;

    /// <summary>How many times as long as packed it may be unpacked; good ones are 3 to 5 times, the worst that gzip can do is 1,032.</summary>
    public const int MaxRatio = 200;

    /// <summary>So many unpacked bytes are allowed whatever the ratio: a small archive may hold much nothing.</summary>
    public const long FreeBytes = 256L << 20;

    /// <summary>Headers, padding and attributes may have so many bytes beside the files.</summary>
    public const long MaxOverhead = 1L << 30;
}
