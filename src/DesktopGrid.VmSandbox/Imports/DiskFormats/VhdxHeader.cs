using System.Buffers.Binary;
using System.Numerics;

namespace DesktopGrid.VmSandbox.Imports.DiskFormats;

/// <summary>The headers of a Hyper-V disk ([MS-VHDX]): which of two counts, where its regions lie, and among what it says of itself whether it stands alone.</summary>
internal static class VhdxHeader
{
    private const long FirstHeader = 64 << 10, SecondHeader = 128 << 10, Regions = 192 << 10;
    private const int HeaderLength = 4096, TableLength = 64 << 10, EntryLength = 32;
    private const int SumAt = 4, SequenceAt = 8, LogAt = 48, LogLength = 16, VersionAt = 66;
    private const int MostRegions = 2047, MostItems = 2047, RegionsAt = 16, ItemsAt = 32, ItemCountAt = 10;
    private const uint HasParent = 2, SectorSize = 512;

    private static readonly Guid _metadata = new("8B7CA206-4790-4B9A-B8FE-575F050F886E");
    private static readonly Guid _parameters = new("CAA16737-FA36-4D43-B3B6-33F0AA44E76B");
    private static readonly Guid _size = new("2FA54224-CD1B-4876-B211-5DBED83BF4B8");
    private static readonly Guid _sector = new("8141BF1D-A96F-4709-BA47-F233A8FAAB5F");
    private static readonly Guid _parent = new("A8D35F2D-B30B-454D-ABF7-D3D84834AB0C");

    public static ReadOnlySpan<byte> Magic => "vhdxfile"u8;

    /// <summary>Judges it.</summary>
    /// <returns>Bytes that a machine sees.</returns>
    /// <exception cref="Images.ImageException">It is damaged, or one that is never taken.</exception>
    public static long Judge(DiskBytes disk)
    {
        var headers = new[] { FirstHeader, SecondHeader }.Select(offset => disk.Read(offset, HeaderLength)).Where(static header => IsWhole(header, "head"u8)).ToList();
        DiskHeader.Check(disk, headers.Count > 0, "none of its headers is whole");
        var newest = headers.Max(Sequence);
        foreach (var header in headers.Where(header => Sequence(header) == newest))
        {
            DiskHeader.Check(disk, BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(VersionAt)) == 1, "its version of VHDX is unknown");
            if (header.AsSpan(LogAt, LogLength).ContainsAnyExcept((byte)0))
            {
                throw DiskHeader.Refused(disk, "it was not closed by the machine that used it; start that once more and shut it down");
            }
        }

        return JudgeMetadata(disk, FindMetadata(disk));
    }

    private static long FindMetadata(DiskBytes disk)
    {
        var table = disk.Read(Regions, TableLength);
        DiskHeader.Check(disk, IsWhole(table, "regi"u8), "its table of regions is spoiled");
        var count = BinaryPrimitives.ReadUInt32LittleEndian(table.AsSpan(8));
        DiskHeader.Check(disk, count <= MostRegions, "its table of regions is too long");
        for (var number = 0; number < count; number++)
        {
            var entry = table.AsSpan(RegionsAt + (number * EntryLength), EntryLength);
            var (offset, length) = (BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]), BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]));
            DiskHeader.Check(disk, offset < (ulong)disk.Length && length <= (ulong)disk.Length - offset, "a region lies outside the file");
            if (new Guid(entry[..16]) == _metadata)
            {
                return (long)offset;
            }
        }

        throw ImportFault.Malformed(disk.Path, "it does not say what it is");
    }

    private static long JudgeMetadata(DiskBytes disk, long region)
    {
        var table = disk.Read(region, TableLength);
        DiskHeader.Check(disk, table.AsSpan().StartsWith("metadata"u8), "what it says of itself is spoiled");
        var count = BinaryPrimitives.ReadUInt16LittleEndian(table.AsSpan(ItemCountAt));
        DiskHeader.Check(disk, count <= MostItems, "what it says of itself is too long");
        ulong? size = null;
        uint? flags = null;
        for (var number = 0; number < count; number++)
        {
            var entry = table.AsSpan(ItemsAt + (number * EntryLength), EntryLength);
            var (id, at) = (new Guid(entry[..16]), region + BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]));
            if (id == _parent)
            {
                throw Difference(disk);
            }

            flags = id == _parameters ? disk.U32(at + sizeof(uint)) : flags;
            size = id == _size ? disk.U64(at) : size;
            DiskHeader.Check(disk, id != _sector || disk.U32(at) == SectorSize, $"sectors of other than {SectorSize} bytes are not read");
        }

        if ((flags & HasParent) != 0)
        {
            throw flags is null ? ImportFault.Malformed(disk.Path, "it does not say what it is") : Difference(disk);
        }

        return size is > 0 and <= long.MaxValue ? (long)size : throw ImportFault.Malformed(disk.Path, "it does not say its size");
    }

    private static Images.ImageException Difference(DiskBytes disk) => DiskHeader.Refused(disk, "it is a difference to another disk, which is not here");

    private static ulong Sequence(byte[] header) => BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(SequenceAt));

    /// <summary>Whether it begins so and its sum (CRC-32C, its own field taken as zeros) holds.</summary>
    private static bool IsWhole(byte[] bytes, ReadOnlySpan<byte> signature)
    {
        var sum = uint.MaxValue;
        for (var at = 0; at < bytes.Length; at += sizeof(uint))
        {
            sum = BitOperations.Crc32C(sum, at == SumAt ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)));
        }

        return bytes.AsSpan().StartsWith(signature) && ~sum == BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(SumAt));
    }
}
