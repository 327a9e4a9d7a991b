using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace DesktopGrid.VmSandbox.Tests.Imports;

/// <summary>A tar archive byte by byte: what no good program writes too.</summary>
internal sealed class TarBytes
{
    private readonly List<byte> _bytes = [];

    public TarBytes File(string name, string content = "", int mode = 0b110_100_100) => Entry('0', name, Encoding.UTF8.GetBytes(content), mode: mode);

    public TarBytes Folder(string name, int mode = 0b111_101_101) => Entry('5', name, mode: mode);

    public TarBytes Link(string name, string target) => Entry('2', name, target: target);

    public TarBytes HardLink(string name, string target) => Entry('1', name, target: target);

    /// <summary>A program of a few bytes, for the guest's processor or another one.</summary>
    public TarBytes Program(string name, ushort machine = 62) => Entry('0', name, Elf(machine), mode: 0b111_101_101);

    public TarBytes Pax(params (string Name, string Value)[] records) => Entry('x', "PaxHeaders/0", Encoding.UTF8.GetBytes(string.Concat(records.Select(static record => Record(record.Name, record.Value)))));

    /// <summary>Any entry.</summary>
    /// <param name="type">What the header says that follows.</param>
    /// <param name="name">Its name.</param>
    /// <param name="content">The bytes that really follow.</param>
    /// <param name="target">Where a link points to.</param>
    /// <param name="mode">Who may do what.</param>
    /// <param name="size">What the header says of them; null for the truth.</param>
    public TarBytes Entry(char type, string name, byte[]? content = null, string target = "", int mode = 0b110_100_100, long? size = null)
    {
        content ??= [];
        var header = new byte[512];
        Encoding.UTF8.GetBytes(name).AsSpan().CopyTo(header);
        Octal(header, 100, mode);
        Octal(header, 108, 0);
        Octal(header, 116, 0);
        if ((size ?? content.Length) is var length && length < 1L << 33)
        {
            Octal(header, 124, length, 12);
        }
        else
        {
            header[124] = 0x80;
            BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(128), length);
        }

        Octal(header, 136, 1_700_000_000, 12);
        header[156] = (byte)type;
        Encoding.UTF8.GetBytes(target).AsSpan().CopyTo(header.AsSpan(157));
        "ustar\0"u8.CopyTo(header.AsSpan(257));
        "00"u8.CopyTo(header.AsSpan(263));
        header.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(static value => value), 8).PadLeft(6, '0') + "\0 ").AsSpan().CopyTo(header.AsSpan(148));
        _bytes.AddRange(header);
        _bytes.AddRange(content);
        _bytes.AddRange(new byte[-content.Length & 511]);
        return this;
    }

    /// <summary>The archive without its end.</summary>
    public byte[] Cut() => [.. _bytes];

    public byte[] Whole() => [.. _bytes, .. new byte[1024]];

    public static byte[] Elf(ushort machine)
    {
        var head = new byte[64];
        "\u007fELF"u8.CopyTo(head);
        (head[4], head[5], head[16]) = (2, 1, 2);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(18), machine);
        return head;
    }

    private static void Octal(byte[] header, int at, long value, int length = 8) =>
        Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(length - 1, '0')).AsSpan().CopyTo(header.AsSpan(at));

    private static string Record(string name, string value)
    {
        var bytes = Encoding.UTF8.GetByteCount($" {name}={value}\n");
        var length = bytes + 1;
        while (length.ToString(CultureInfo.InvariantCulture).Length + bytes != length)
        {
            length++;
        }

        return $"{length} {name}={value}\n";
    }
}
