namespace DesktopGrid.VmSandbox.Imports.DiskFormats;

/// <summary>Chooses the partition with the root file system.</summary>
internal static class RootPartition
{
    /// <summary>The one that was asked for; else the only one that can be it, or that the table says is it.</summary>
    /// <exception cref="Images.ImageException">There is none, or there are several.</exception>
    public static DiskPartition Choose(DiskBytes disk, int? wanted)
    {
        var partitions = PartitionTable.Read(disk);
        var mountable = partitions.Where(partition => (wanted is null || partition.Number == wanted) && FileSystemProbe.NameOf(disk, partition) == FileSystemProbe.Ext).ToList();
        var chosen = mountable switch
        {
            [var only] => only,
            [] => throw ImportFault.Unsuitable(disk.Path, $"it has no {(wanted is { } number ? $"partition {number}" : "partition")} with ext2, ext3 or ext4 ({Describe(disk, partitions)})", "Make an archive of its files: tar --numeric-owner --exclude=./dev/* -czf root.tar.gz -C / ."),
            _ => mountable.Where(static partition => partition.IsRoot).ToList() is [var root] ? root
                : throw ImportFault.Unsuitable(disk.Path, $"several of its partitions can be the root file system ({string.Join(", ", mountable.Select(static partition => partition.Number))})", "Say which one (LayerImport.Partition)."),
        };
        FileSystemProbe.Judge(disk, chosen);
        return chosen;
    }

    private static string Describe(DiskBytes disk, IReadOnlyList<DiskPartition> partitions) =>
        partitions.Count == 0 ? "it has no partition" : string.Join(", ", partitions.Select(partition => $"{(partition.Number == 0 ? "the disk" : partition.Number)}: {FileSystemProbe.NameOf(disk, partition) ?? "nothing known"}"));
}
