namespace DesktopGrid.VmSandbox.Imports.DiskFormats;

/// <summary>
/// Which file system a partition holds, by its first bytes. Of the one that guests mount, what Linux must know of it beforehand; its files are never
/// looked at on the host.
/// </summary>
internal static class FileSystemProbe
{
    /// <summary>What guests mount: Linux has one driver for ext2, ext3 and ext4, under this name.</summary>
    public const string Ext = "ext4";

    private const int SuperAt = 1024, BlocksAt = SuperAt + 4, BlockSizeAt = SuperAt + 24, MagicAt = SuperAt + 56, IncompatibleAt = SuperAt + 96, BlocksHighAt = SuperAt + 336;
    private const uint Recover = 4, Wide = 0x80, Encrypted = 0x1_0000, CaseFold = 0x2_0000;
    // File types, the journal's recovery, block groups, extents, 64 bits, mounts watched, flexible groups, large attributes, directory data, seeds, large directories, inline data.
    private const uint Known = 0x2 | Recover | 0x10 | 0x40 | Wide | 0x100 | 0x200 | 0x400 | 0x1000 | 0x2000 | 0x4000 | 0x8000 | Encrypted | CaseFold;

    private static readonly (int Offset, byte[] Magic, string Name)[] _others =
    [
        (0, [.. "XFSB"u8], "xfs"),
        (0x10040, [.. "_BHRfS_M"u8], "btrfs"),
        (0, [.. "hsqs"u8], "squashfs"),
        (SuperAt, [0xE2, 0xE1, 0xF5, 0xE0], "erofs"),
        (0x8001, [.. "CD001"u8], "iso9660"),
        (0, [.. "LUKS"u8, 0xBA, 0xBE], "an encrypted volume"),
        (0x200, [.. "LABELONE"u8], "LVM"),
        (4086, [.. "SWAPSPACE2"u8], "swap"),
        (3, [.. "NTFS    "u8], "ntfs"),
        (54, [.. "FAT1"u8], "fat"),
        (82, [.. "FAT32"u8], "fat"),
    ];

    /// <summary>Its name; null for one that is not known.</summary>
    public static string? NameOf(DiskBytes disk, DiskPartition partition)
    {
        if (disk.Has(partition.Offset + MagicAt, [0x53, 0xEF]))
        {
            return Ext;
        }

        foreach (var (offset, magic, name) in _others)
        {
            if (disk.Has(partition.Offset + offset, magic))
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>Judges one that guests mount.</summary>
    /// <exception cref="Images.ImageException">It cannot be mounted for reading alone.</exception>
    public static void Judge(DiskBytes disk, DiskPartition partition)
    {
        var features = disk.U32(partition.Offset + IncompatibleAt);
        var shift = disk.U32(partition.Offset + BlockSizeAt);
        var blocks = disk.U32(partition.Offset + BlocksAt) + ((features & Wide) != 0 ? (ulong)disk.U32(partition.Offset + BlocksHighAt) << 32 : 0);
        DiskHeader.Check(disk, shift <= 6 && blocks > 0 && blocks <= (ulong)partition.Length >> (10 + (int)shift), $"the file system{In(partition)} is larger than its place");
        var reason = (features & Recover) != 0 ? "was not closed by the machine that used it; start that once more and shut it down"
            : (features & (Encrypted | CaseFold)) != 0 ? "encrypts names or takes large letters for small ones"
            : (features & ~Known) != 0 ? $"has features that are not known ({features & ~Known:x})"
            : null;
        if (reason is not null)
        {
            throw ImportFault.Refused(disk.Path, $"the file system{In(partition)} {reason}");
        }
    }

    private static string In(DiskPartition partition) => partition.Number == 0 ? "" : $" in partition {partition.Number}";
}
