namespace DesktopGrid.VmSandbox.Disks;

/// <summary>A folder, file or symbolic link of a disk whose contents are written before its directories.</summary>
/// <param name="Path">Where it will be: relative, with forward slashes; empty for the root.</param>
/// <param name="Mode">What kind it is and who may do what, as Linux has it (st_mode).</param>
/// <param name="Time">When it was changed.</param>
internal sealed record IsoItem(string Path, uint Mode, DateTimeOffset Time)
{
    public const uint KindMask = 0xF000, Folder = 0x4000, File = 0x8000, Link = 0xA000;

    /// <summary>Where a symbolic link points to.</summary>
    public string? Target { get; init; }

    /// <summary>Where a file's bytes lie; several files may share them.</summary>
    public IsoExtent Extent { get; init; }

    /// <summary>How many names the file has.</summary>
    public int Names { get; init; } = 1;
}

/// <summary>Where bytes lie on a disk.</summary>
/// <param name="Sector">The first sector.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct IsoExtent(long Sector, long Length);
