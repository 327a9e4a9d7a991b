using System.Buffers.Binary;

namespace DesktopGrid.VmSandbox.Disks;

/// <summary>What stands before the folders: the volume descriptor (ECMA-119, 8.4), its terminator (8.3) and the path tables (9.4).</summary>
internal static class IsoVolume
{
    private const int RootRecord = 156, Texts = 190, Times = 813, TextsEnd = Times, StructureVersion = 881;
    private const int PathHeadLength = 8;

    /// <summary>Bytes of a folder in a path table.</summary>
    public static int PathLength(IsoNode folder) => PathHeadLength + folder.Identifier.Length + (folder.Identifier.Length % 2);

    public static byte[] Descriptors(IsoLayout layout, DateTimeOffset time)
    {
        var bytes = new byte[2 * IsoBytes.SectorSize];
        var volume = bytes.AsSpan(0, IsoBytes.SectorSize);
        Begin(volume, 1);
        volume[8..72].Fill((byte)' ');
        "FILES"u8.CopyTo(volume[40..]);
        IsoBytes.Both32(volume[80..], (uint)layout.Sectors);
        IsoBytes.Both16(volume[120..], 1);
        IsoBytes.Both16(volume[124..], 1);
        IsoBytes.Both16(volume[128..], IsoBytes.SectorSize);
        IsoBytes.Both32(volume[132..], (uint)layout.PathTableLength);
        BinaryPrimitives.WriteUInt32LittleEndian(volume[140..], (uint)layout.LittlePathTable);
        BinaryPrimitives.WriteUInt32BigEndian(volume[148..], (uint)layout.BigPathTable);
        IsoRecord.WriteRoot(volume[RootRecord..], layout.Root, time);
        volume[Texts..TextsEnd].Fill((byte)' ');
        // 8.4.26.1: four times that are not told, 16 digits and a zone each.
        for (var i = 0; i < 4; i++)
        {
            volume.Slice(Times + (17 * i), 16).Fill((byte)'0');
        }

        volume[StructureVersion] = 1;
        Begin(bytes.AsSpan(IsoBytes.SectorSize), 255);
        return bytes;
    }

    public static byte[] PathTable(IsoLayout layout, bool isBigEndian)
    {
        var bytes = new byte[IsoBytes.Sectors(layout.PathTableLength) * IsoBytes.SectorSize];
        var rest = bytes.AsSpan();
        foreach (var folder in layout.Folders)
        {
            rest[0] = (byte)folder.Identifier.Length;
            if (isBigEndian)
            {
                BinaryPrimitives.WriteUInt32BigEndian(rest[2..], (uint)folder.Sector);
                BinaryPrimitives.WriteUInt16BigEndian(rest[6..], (ushort)folder.Parent.Number);
            }
            else
            {
                BinaryPrimitives.WriteUInt32LittleEndian(rest[2..], (uint)folder.Sector);
                BinaryPrimitives.WriteUInt16LittleEndian(rest[6..], (ushort)folder.Parent.Number);
            }

            folder.Identifier.CopyTo(rest[PathHeadLength..]);
            rest = rest[PathLength(folder)..];
        }

        return bytes;
    }

    private static void Begin(Span<byte> descriptor, byte type)
    {
        descriptor[0] = type;
        "CD001"u8.CopyTo(descriptor[1..]);
        descriptor[6] = 1;
    }
}
