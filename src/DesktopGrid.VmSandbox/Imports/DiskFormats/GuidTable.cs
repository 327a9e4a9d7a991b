using System.Buffers.Binary;
using System.IO.Hashing;

namespace DesktopGrid.VmSandbox.Imports.DiskFormats;

/// <summary>A GUID partition table (UEFI specification, 5.3).</summary>
internal static class GuidTable
{
    private const int HeaderAt = PartitionTable.SectorSize, LengthAt = 12, SumAt = 16, EntriesAt = 72, CountAt = 80, EntryLengthAt = 84, EntriesSumAt = 88;
    private const int FirstAt = 32, LastAt = 40, LeastHeader = 92, LeastEntry = 128, MaxTableBytes = 1 << 20;

    /// <summary>What the discoverable partitions specification calls a root of this processor.</summary>
    private static readonly Guid _root = new("4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709");

    /// <exception cref="Images.ImageException">The table is damaged.</exception>
    public static IReadOnlyList<DiskPartition> Read(DiskBytes disk)
    {
        var header = disk.Read(HeaderAt, PartitionTable.SectorSize);
        var length = U32(LengthAt);
        DiskHeader.Check(disk, header.AsSpan().StartsWith("EFI PART"u8) && length is >= LeastHeader and <= PartitionTable.SectorSize, "it has a partition table that is none");
        var sum = U32(SumAt);
        header.AsSpan(SumAt, sizeof(uint)).Clear();
        DiskHeader.Check(disk, Crc32.HashToUInt32(header.AsSpan(0, (int)length)) == sum, "its partition table is spoiled");
        var (count, size, first) = (U32(CountAt), U32(EntryLengthAt), BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(EntriesAt)));
        DiskHeader.Check(disk, size is >= LeastEntry and <= 4096 && (ulong)count * size <= MaxTableBytes && first < (ulong)disk.Length / PartitionTable.SectorSize, "its partition table has an impossible size");
        var entries = disk.Read((long)first * PartitionTable.SectorSize, (int)(count * size));
        DiskHeader.Check(disk, Crc32.HashToUInt32(entries) == U32(EntriesSumAt), "its partition table is spoiled");

        var found = new List<DiskPartition>();
        for (var number = 1; number <= count; number++)
        {
            var entry = entries.AsSpan((int)((number - 1) * size), (int)size);
            var type = new Guid(entry[..16]);
            if (type != Guid.Empty)
            {
                var (begin, end) = (BinaryPrimitives.ReadUInt64LittleEndian(entry[FirstAt..]), BinaryPrimitives.ReadUInt64LittleEndian(entry[LastAt..]));
                DiskHeader.Check(disk, end >= begin && end < ulong.MaxValue, $"its partition {number} ends before it begins");
                found.Add(PartitionTable.Part(disk, number, begin, end - begin + 1, type == _root));
            }
        }

        return found;

        uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(offset));
    }
}
