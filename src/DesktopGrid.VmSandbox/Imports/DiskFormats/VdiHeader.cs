namespace DesktopGrid.VmSandbox.Imports.DiskFormats;

/// <summary>The header of a VirtualBox disk (QEMU, block/vdi.c, "VdiHeader").</summary>
internal static class VdiHeader
{
    public const int MagicAt = 0x40;

    private const int VersionAt = 0x44, TypeAt = 0x4C, MapAt = 0x154, DataAt = 0x158, SectorAt = 0x168, SizeAt = 0x170, BlockAt = 0x178, BlocksAt = 0x180, LinkAt = 0x1A8, UuidsLength = 32;
    private const uint Version = 0x0001_0001, Dynamic = 1, Static = 2, SectorSize = 512, BlockSize = 1 << 20;

    public static ReadOnlySpan<byte> Magic => [0x7F, 0x10, 0xDA, 0xBE];

    /// <summary>Judges it.</summary>
    /// <returns>Bytes that a machine sees.</returns>
    /// <exception cref="Images.ImageException">It is damaged, or one that is never taken.</exception>
    public static long Judge(DiskBytes disk)
    {
        DiskHeader.Check(disk, disk.U32(VersionAt) == Version, $"version {disk.U32(VersionAt):x} of VDI is unknown");
        var (type, size, blocks) = (disk.U32(TypeAt), disk.U64(SizeAt), (ulong)disk.U32(BlocksAt));
        if (type is not (Dynamic or Static) || disk.Read(LinkAt, UuidsLength).AsSpan().ContainsAnyExcept((byte)0))
        {
            throw DiskHeader.Refused(disk, "it is a difference to another disk, which is not here");
        }

        DiskHeader.Check(disk, disk.U32(SectorAt) == SectorSize && disk.U32(BlockAt) == BlockSize, "its blocks have an impossible size");
        DiskHeader.Check(disk, size <= blocks * BlockSize && blocks * sizeof(uint) <= (ulong)disk.Length, "its map of blocks does not fit its size");
        DiskHeader.Check(disk, disk.U32(MapAt) % SectorSize == 0 && disk.U32(DataAt) % SectorSize == 0 && disk.U32(MapAt) + (blocks * sizeof(uint)) <= (ulong)disk.Length, "its map of blocks lies outside the file");
        return (long)Math.Min(size, long.MaxValue);
    }
}
