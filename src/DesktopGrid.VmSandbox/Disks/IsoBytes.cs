using System.Buffers.Binary;

namespace DesktopGrid.VmSandbox.Disks;

/// <summary>The numbers of ISO 9660 (ECMA-119, clause 7), most of which stand there twice, little-endian and then big-endian.</summary>
internal static class IsoBytes
{
    public const int SectorSize = 2048;

    /// <summary>7.3.3</summary>
    public static void Both32(Span<byte> target, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, value);
        BinaryPrimitives.WriteUInt32BigEndian(target[4..], value);
    }

    /// <summary>7.2.3</summary>
    public static void Both16(Span<byte> target, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(target, value);
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], value);
    }

    /// <summary>How many sectors so many bytes take.</summary>
    public static long Sectors(long bytes) => (bytes + SectorSize - 1) / SectorSize;
}
