using System.Buffers.Binary;

namespace DesktopGrid.VmSandbox.Imports.DiskFormats;

/// <summary>The partitions of a disk, by its MBR or its GPT.</summary>
internal static class PartitionTable
{
    public const int SectorSize = 512;

    /// <summary>Linux counts so many partitions of a chain of logical ones.</summary>
    private const int MaxLogical = 60;
    private const int EntriesAt = 446, EntryLength = 16, Entries = 4, TypeAt = 4, FirstAt = 8, CountAt = 12, FirstLogical = 5;
    private const byte Protective = 0xEE;

    private static readonly byte[] _extended = [0x05, 0x0F, 0x85];

    /// <summary>Whether something can be a disk as it is: it has a table, or a file system without one.</summary>
    public static bool IsDisk(DiskBytes disk) => disk.Length >= SectorSize && (HasTable(disk, 0) || FileSystemProbe.NameOf(disk, Whole(disk)) is not null);

    /// <summary>Its partitions; the disk as a whole where it has no table.</summary>
    /// <exception cref="Images.ImageException">The table is damaged.</exception>
    public static IReadOnlyList<DiskPartition> Read(DiskBytes disk)
    {
        var whole = Whole(disk);
        // A file system may leave the first sector to whoever starts from it, and so to what looks like a table.
        if (FileSystemProbe.NameOf(disk, whole) is not null || !HasTable(disk, 0))
        {
            return [whole];
        }

        var found = new List<DiskPartition>();
        var sector = disk.Read(0, SectorSize);
        for (var number = 1; number <= Entries; number++)
        {
            var (type, first, count) = Entry(sector, number - 1);
            if (type == Protective)
            {
                return GuidTable.Read(disk);
            }

            if (_extended.Contains(type))
            {
                AddLogical(disk, first, found);
            }
            else if (type != 0 && count > 0)
            {
                found.Add(Part(disk, number, first, count));
            }
        }

        return found;
    }

    /// <summary>A partition, which must lie on the disk.</summary>
    public static DiskPartition Part(DiskBytes disk, int number, ulong firstSector, ulong sectors, bool isRoot = false)
    {
        var most = (ulong)disk.Length / SectorSize;
        DiskHeader.Check(disk, firstSector > 0 && firstSector < most && sectors <= most - firstSector, $"its partition {number} lies outside the disk");
        return new DiskPartition(number, (long)firstSector * SectorSize, (long)sectors * SectorSize, isRoot);
    }

    private static void AddLogical(DiskBytes disk, uint first, List<DiskPartition> found)
    {
        var next = (ulong)first;
        for (var number = FirstLogical; number < FirstLogical + MaxLogical; number++)
        {
            DiskHeader.Check(disk, next < (ulong)disk.Length / SectorSize && HasTable(disk, (long)next * SectorSize), "its chain of logical partitions leads nowhere");
            var sector = disk.Read((long)next * SectorSize, SectorSize);
            var (type, offset, count) = Entry(sector, 0);
            if (type != 0 && count > 0)
            {
                found.Add(Part(disk, number, next + offset, count));
            }

            (type, offset, _) = Entry(sector, 1);
            if (!_extended.Contains(type))
            {
                return;
            }

            next = (ulong)first + offset;
        }

        throw ImportFault.Malformed(disk.Path, "its chain of logical partitions does not end");
    }

    private static (byte Type, uint First, uint Count) Entry(byte[] sector, int number)
    {
        var entry = sector.AsSpan(EntriesAt + (number * EntryLength), EntryLength);
        return (entry[TypeAt], BinaryPrimitives.ReadUInt32LittleEndian(entry[FirstAt..]), BinaryPrimitives.ReadUInt32LittleEndian(entry[CountAt..]));
    }

    private static DiskPartition Whole(DiskBytes disk) => new(0, 0, disk.Length, IsRoot: false);

    private static bool HasTable(DiskBytes disk, long offset) => disk.Has(offset + SectorSize - 2, [0x55, 0xAA]);
}
