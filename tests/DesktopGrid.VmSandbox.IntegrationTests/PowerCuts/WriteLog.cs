using System.Buffers.Binary;

namespace DesktopGrid.VmSandbox.IntegrationTests.PowerCuts;

/// <summary>
/// A reader of the log that QEMU's <c>blklogwrites</c> filter writes (QEMU, block/blklogwrites.c), whose format is that of Linux's dm-log-writes
/// (Documentation/admin-guide/device-mapper/log-writes.rst), all numbers least significant byte first:
/// <code>
/// sector 0   8 bytes magic, 8 version (1), 8 number of entries, 4 bytes of a sector
/// an entry   one sector: 8 bytes first sector, 8 number of sectors, 8 flags, 8 length of a mark; then its data, none for a discard
/// </code>
/// </summary>
internal sealed class WriteLog
{
    private const ulong Magic = 0x6a736677736872, Version = 1;
    private const ulong FlushFlag = 1, FuaFlag = 2, DiscardFlag = 4, MarkFlag = 8;
    private const int LeastSector = 512, MostSector = 4096;

    private readonly FileStream _file;
    private readonly int _sector;

    private WriteLog(FileStream file, int sector, IReadOnlyList<LoggedWrite> entries) => (_file, _sector, Entries) = (file, sector, entries);

    public IReadOnlyList<LoggedWrite> Entries { get; }

    /// <summary>Reads as far as the log's head says, or, while it is being written, to its end.</summary>
    public static WriteLog Read(FileStream file)
    {
        var head = new byte[28];
        ReadAt(file, head, 0);
        BinaryPrimitives.ReadUInt64LittleEndian(head).Should().Be(Magic, "it is such a log");
        BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(8)).Should().Be(Version);
        var sector = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(24));
        sector.Should().BeInRange(LeastSector, MostSector);
        var count = BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(16));
        var entries = new List<LoggedWrite>();
        var entry = new byte[32];
        for (long at = sector; entries.Count < count; at += sector)
        {
            ReadAt(file, entry, at);
            var flags = BinaryPrimitives.ReadUInt64LittleEndian(entry.AsSpan(16));
            (flags & MarkFlag).Should().Be(0, "QEMU makes no marks");
            var length = BinaryPrimitives.ReadInt64LittleEndian(entry.AsSpan(8)) * sector;
            var kind = (flags & DiscardFlag) != 0 ? LoggedKind.Discard : length == 0 ? LoggedKind.Flush : LoggedKind.Write;
            entries.Add(new LoggedWrite(kind, (flags & (FlushFlag | FuaFlag)) != 0, BinaryPrimitives.ReadInt64LittleEndian(entry) * sector, length, at + sector));
            at += kind == LoggedKind.Write ? length : 0;
        }

        return new WriteLog(file, sector, entries);
    }

    /// <summary>Does what an entry says. A discard leaves what is there: a disk may do so, and nobody may rely on either.</summary>
    public void Apply(LoggedWrite entry, FileStream disk)
    {
        if (entry.Kind != LoggedKind.Write)
        {
            return;
        }

        var data = new byte[entry.Length];
        ReadAt(_file, data, entry.DataOffset);
        disk.Position = entry.Offset;
        disk.Write(data);
    }

    public override string ToString() => $"{Entries.Count} entries of sectors of {_sector} bytes";

    private static void ReadAt(FileStream file, Span<byte> bytes, long at)
    {
        file.Position = at;
        file.ReadExactly(bytes);
    }
}

internal enum LoggedKind
{
    Write,
    Discard,
    Flush,
}

/// <summary>One entry.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="IsFlush">Whether everything before it is on the disk when it is done.</param>
/// <param name="Offset">Where, in bytes.</param>
/// <param name="Length">How much.</param>
/// <param name="DataOffset">Where its data lies in the log.</param>
internal sealed record LoggedWrite(LoggedKind Kind, bool IsFlush, long Offset, long Length, long DataOffset);
