using System.Buffers.Binary;
using System.Text;

namespace DesktopGrid.VmSandbox.Tests.Disks;

/// <summary>What a reader finds of a file or folder.</summary>
internal sealed record IsoEntry(string Path, uint Mode, uint Links, IReadOnlyList<(long Sector, long Length)> Extents)
{
    /// <summary>Where a symbolic link points to; empty for anything else.</summary>
    public string Target { get; init; } = "";

    public DateTimeOffset Time { get; init; }

    public bool IsFolder => (Mode & 0xF000) == 0x4000;

    public long Length => Extents.Sum(static extent => extent.Length);
}

/// <summary>
/// Reads ISO 9660 with Rock Ridge as the tables of ECMA-119, SUSP and P1282 say, from another hand than the writer's; and demands what Linux
/// demands besides (fs/isofs). Reads directories only: a file's bytes are the test's to look at.
/// </summary>
internal sealed class IsoReader(byte[] disk)
{
    private const int Sector = 2048;

    public long VolumeSectors { get; private set; }

    /// <summary>All files and folders but the root, by their path.</summary>
    public IReadOnlyDictionary<string, IsoEntry> Read()
    {
        var volume = disk.AsSpan(16 * Sector, Sector);
        volume[0].Should().Be(1);
        Encoding.ASCII.GetString(volume.Slice(1, 5)).Should().Be("CD001");
        volume[6].Should().Be(1);
        volume[881].Should().Be(1);
        VolumeSectors = Both32(volume[80..]);
        Both16(volume[120..]).Should().Be(1);
        Both16(volume[124..]).Should().Be(1);
        Both16(volume[128..]).Should().Be(Sector);
        disk[17 * Sector].Should().Be(255, "the terminator follows");
        Encoding.ASCII.GetString(disk, (17 * Sector) + 1, 5).Should().Be("CD001");

        volume[156].Should().Be(34);
        var (root, length) = ((long)Both32(volume[158..]), (long)Both32(volume[166..]));
        var entries = new Dictionary<string, IsoEntry>(StringComparer.Ordinal);
        var folders = new Dictionary<long, int>();
        Walk("", root, length, root, length, entries, folders);
        PathTables(volume, folders);
        return entries;
    }

    private void Walk(string path, long sector, long length, long parent, long parentLength, Dictionary<string, IsoEntry> entries, Dictionary<long, int> folders)
    {
        (length % Sector).Should().Be(0);
        folders.Add(sector, 0);
        var bytes = disk.AsSpan((int)(sector * Sector), (int)length);
        var number = 0;
        var last = "";
        var extents = new List<(long, long)>();
        for (var at = 0; at < bytes.Length;)
        {
            var size = bytes[at];
            if (size == 0)
            {
                at = (at + Sector) / Sector * Sector;
                continue;
            }

            ((at % Sector) + size).Should().BeLessThanOrEqualTo(Sector, "no record crosses a sector");
            (size % 2).Should().Be(0);
            var record = bytes.Slice(at, size);
            at += size;
            var (recordSector, recordLength, flags) = (Both32(record[2..]), Both32(record[10..]), record[25]);
            Both16(record[28..]).Should().Be(1);
            var identifier = record.Slice(33, record[32]);
            var use = record[(33 + identifier.Length + (identifier.Length % 2 == 0 ? 1 : 0))..];
            var (name, mode, links, target) = Extensions(use, isFirst: path.Length == 0 && number == 0);
            if (number < 2)
            {
                identifier.ToArray().Should().Equal((byte)number);
                ((long)recordSector, (long)recordLength).Should().Be(number == 0 ? (sector, length) : (parent, parentLength));
                (mode & 0xF000).Should().Be(0x4000);
                number++;
                continue;
            }

            var text = Encoding.ASCII.GetString(identifier);
            string.CompareOrdinal(text, last).Should().BeGreaterThanOrEqualTo(extents.Count > 0 ? 0 : 1, "records are in order");
            last = text;
            extents.Add((recordSector, recordLength));
            if ((flags & 0x80) != 0)
            {
                (recordLength % Sector).Should().Be(0);
                continue;
            }

            var entry = new IsoEntry(path + name, mode, links, [.. extents])
            {
                Target = target,
                Time = new DateTimeOffset(1900 + record[18], record[19], record[20], record[21], record[22], record[23], TimeSpan.Zero),
            };
            extents.Clear();
            entry.IsFolder.Should().Be((flags & 2) != 0);
            entries.Add(entry.Path, entry);
            if (entry.IsFolder)
            {
                Walk(entry.Path + "/", recordSector, recordLength, sector, length, entries, folders);
            }
        }
    }

    /// <summary>What the system use area and its continuations say.</summary>
    private (string Name, uint Mode, uint Links, string Target) Extensions(ReadOnlySpan<byte> use, bool isFirst)
    {
        var name = new List<byte>();
        var target = new IsoTarget();
        var (mode, links, isExtended, isContinued) = (0u, 0u, false, false);
        if (isFirst)
        {
            use[..7].ToArray().Should().Equal((byte)'S', (byte)'P', 7, 1, 0xBE, 0xEF, 0);
        }

        while (!use.IsEmpty)
        {
            var next = ReadOnlySpan<byte>.Empty;
            while (use.Length >= 4)
            {
                var (signature, length) = (Encoding.ASCII.GetString(use[..2]), use[2]);
                use[3].Should().Be(1);
                switch (signature)
                {
                    case "PX":
                        length.Should().Be(36);
                        (mode, links) = (Both32(use[4..]), Both32(use[12..]));
                        Both32(use[20..]).Should().Be(0);
                        break;
                    case "NM":
                        (use[4] & ~1).Should().Be(0);
                        (name.Count == 0 || isContinued).Should().BeTrue();
                        isContinued = use[4] == 1;
                        name.AddRange(use[5..length].ToArray());
                        break;
                    case "SL":
                        target.Add(use[..length]);
                        break;
                    case "CE":
                        next = Continuation(use);
                        break;
                    case "ER":
                        isExtended = true;
                        Encoding.ASCII.GetString(use.Slice(8, use[4])).Should().Be("RRIP_1991A");
                        break;
                    case "SP":
                        break;
                    default:
                        throw new InvalidDataException(signature);
                }

                use = use[length..];
            }

            use = next;
        }

        isContinued.Should().BeFalse();
        isExtended.Should().Be(isFirst);
        name.Count.Should().BeLessThan(254, "Linux would cut it off");
        ((mode & 0xF000) == 0xA000).Should().Be(target.Text.Length > 0);
        return (Encoding.UTF8.GetString([.. name]), mode, links, target.Text);
    }

    private ReadOnlySpan<byte> Continuation(ReadOnlySpan<byte> entry)
    {
        var (sector, offset, length) = (Both32(entry[4..]), Both32(entry[12..]), Both32(entry[20..]));
        (offset + length).Should().BeLessThanOrEqualTo(Sector, "Linux follows no continuation across a sector");
        return disk.AsSpan((int)((sector * Sector) + offset), (int)length);
    }

    /// <summary>Both tables name all folders, parents before children, and nothing else.</summary>
    private void PathTables(ReadOnlySpan<byte> volume, Dictionary<long, int> folders)
    {
        var length = (int)Both32(volume[132..]);
        var little = disk.AsSpan((int)BinaryPrimitives.ReadUInt32LittleEndian(volume[140..]) * Sector, length);
        var big = disk.AsSpan((int)BinaryPrimitives.ReadUInt32BigEndian(volume[148..]) * Sector, length);
        var number = 0;
        while (!little.IsEmpty)
        {
            var sector = BinaryPrimitives.ReadUInt32LittleEndian(little[2..]);
            var parent = BinaryPrimitives.ReadUInt16LittleEndian(little[6..]);
            BinaryPrimitives.ReadUInt32BigEndian(big[2..]).Should().Be(sector);
            BinaryPrimitives.ReadUInt16BigEndian(big[6..]).Should().Be(parent);
            folders.Should().Contain(sector, 0);
            folders[sector] = ++number;
            ((int)parent).Should().BeInRange(1, Math.Max(1, number - 1));
            var size = 8 + little[0] + (little[0] % 2);
            little = little[size..];
            big = big[size..];
        }

        folders.Values.Should().NotContain(0);
    }

    private static uint Both32(ReadOnlySpan<byte> bytes)
    {
        var value = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]).Should().Be(value);
        return value;
    }

    private static ushort Both16(ReadOnlySpan<byte> bytes)
    {
        var value = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]).Should().Be(value);
        return value;
    }
}
