using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
using System.Text;
using DesktopGrid.VmSandbox.Imports.DiskFormats;

namespace DesktopGrid.VmSandbox.Tests.Imports.DiskFormats;

/// <summary>The bytes of a small disk, to be spoiled place by place.</summary>
internal sealed class DiskImage(int length)
{
    public const int Mebibyte = 1 << 20;

    public byte[] Bytes { get; private set; } = new byte[length];

    /// <summary>A file system where guests look for one: what tells it, not the files.</summary>
    public DiskImage Ext(int offset = 0, uint kibibytes = 512, uint incompatible = 0x42) =>
        Put(offset + 1024 + 56, [0x53, 0xEF]).U32(offset + 1024 + 4, kibibytes).U32(offset + 1024 + 24, 0).U32(offset + 1024 + 96, incompatible);

    /// <summary>An entry of an MBR.</summary>
    public DiskImage Mbr(int number, byte type, uint first, uint sectors, int at = 0) =>
        Put(at + 446 + (number * 16) + 4, [type]).U32(at + 446 + (number * 16) + 8, first).U32(at + 446 + (number * 16) + 12, sectors).Put(at + 510, [0x55, 0xAA]);

    /// <summary>A GPT with these partitions: type, first sector, last sector.</summary>
    public DiskImage Gpt(params (Guid Type, ulong First, ulong Last)[] partitions)
    {
        Mbr(0, 0xEE, 1, uint.MaxValue);
        for (var i = 0; i < partitions.Length; i++)
        {
            Put(1024 + (i * 128), partitions[i].Type.ToByteArray()).U64(1024 + (i * 128) + 32, partitions[i].First).U64(1024 + (i * 128) + 40, partitions[i].Last);
        }

        Put(512, "EFI PART"u8).U32(520, 0x10000).U32(524, 92).U64(536, 1).U64(584, 2).U32(592, 128).U32(596, 128).U32(600, Crc32.HashToUInt32(Bytes.AsSpan(1024, 128 * 128)));
        return U32(528, 0).U32(528, Crc32.HashToUInt32(Bytes.AsSpan(512, 92)));
    }

    public static DiskImage Vdi() => new DiskImage(2 * Mebibyte)
        .Put(0, "<<< Oracle VM VirtualBox Disk Image >>>\n"u8).Put(0x40, VdiHeader.Magic).U32(0x44, 0x10001).U32(0x4C, 1).U32(0x154, 0x100000).U32(0x158, 0x100200).U32(0x168, 512).U64(0x170, 8 * Mebibyte).U32(0x178, Mebibyte).U32(0x180, 8);

    public static DiskImage Vmdk(string? text = null) => new DiskImage(64 * 1024)
        .Put(0, VmdkHeader.Magic).U32(4, 1).U32(8, 3).U64(12, 8 * Mebibyte / 512).U64(20, 128).U64(28, 1).U64(36, 20).U32(44, 512).U64(56, 26).U64(64, 128)
        .Put(512, Encoding.ASCII.GetBytes(text ?? "# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=ffffffff\ncreateType=\"monolithicSparse\"\n\nRW 16384 SPARSE \"a.vmdk\"\n"));

    public static DiskImage Vhdx()
    {
        var disk = new DiskImage(4 * Mebibyte).Put(0, VhdxHeader.Magic);
        disk.Put(64 << 10, "head"u8).U64((64 << 10) + 8, 1).U16((64 << 10) + 66, 1);
        disk.Put(128 << 10, "head"u8).U64((128 << 10) + 8, 2).U16((128 << 10) + 66, 1);
        disk.Put(192 << 10, "regi"u8).U32((192 << 10) + 8, 1).Put((192 << 10) + 16, new Guid("8B7CA206-4790-4B9A-B8FE-575F050F886E").ToByteArray()).U64((192 << 10) + 32, 2 * Mebibyte).U32((192 << 10) + 40, Mebibyte);
        const int table = 2 * Mebibyte;
        disk.Put(table, "metadata"u8).U16(table + 10, 3);
        disk.Put(table + 32, new Guid("CAA16737-FA36-4D43-B3B6-33F0AA44E76B").ToByteArray()).U32(table + 48, 64 << 10).U32(table + 52, 8).U32(table + (64 << 10), 32 * Mebibyte);
        disk.Put(table + 64, new Guid("2FA54224-CD1B-4876-B211-5DBED83BF4B8").ToByteArray()).U32(table + 80, (64 << 10) + 8).U32(table + 84, 8).U64(table + (64 << 10) + 8, 8 * Mebibyte);
        disk.Put(table + 96, new Guid("8141BF1D-A96F-4709-BA47-F233A8FAAB5F").ToByteArray()).U32(table + 112, (64 << 10) + 16).U32(table + 116, 4).U32(table + (64 << 10) + 16, 512);
        return disk.Sum();
    }

    /// <summary>Renews the sums of a VHDX.</summary>
    public DiskImage Sum()
    {
        foreach (var (at, length) in ((int, int)[])[(64 << 10, 4096), (128 << 10, 4096), (192 << 10, 64 << 10)])
        {
            U32(at + 4, 0);
            var sum = uint.MaxValue;
            foreach (var value in Bytes.AsSpan(at, length))
            {
                sum = BitOperations.Crc32C(sum, value);
            }

            U32(at + 4, ~sum);
        }

        return this;
    }

    public DiskImage Put(int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Bytes.AsSpan(at));
        return this;
    }

    public DiskImage U16(int at, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(Bytes.AsSpan(at), value);
        return this;
    }

    public DiskImage U32(int at, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Bytes.AsSpan(at), value);
        return this;
    }

    public DiskImage U64(int at, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Bytes.AsSpan(at), value);
        return this;
    }

    public DiskImage Cut(int length)
    {
        Bytes = Bytes[..length];
        return this;
    }

    /// <summary>What the library makes of its header.</summary>
    public DiskHeader? Header() => With(static disk => DiskHeader.Read(disk));

    /// <summary>Looks at it as a file.</summary>
    public T With<T>(Func<DiskBytes, T> look)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("disk"), Bytes);
        using var file = File.OpenHandle(folder.File("disk"));
        return look(new DiskBytes(folder.File("disk"), file));
    }
}
