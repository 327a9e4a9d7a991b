using System.Buffers.Binary;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.GuestDaemon.Kernel;

/// <summary>What statx(2) tells of a file.</summary>
internal readonly record struct LinuxStatus(GuestEntryKind Kind, int Mode, long Length, long ModifiedMs, uint User)
{
    /// <summary>Takes the fields at their offsets of <c>struct statx</c> (linux/stat.h).</summary>
    public static LinuxStatus Parse(ReadOnlySpan<byte> statx)
    {
        var mode = BinaryPrimitives.ReadUInt16LittleEndian(statx[28..]);
        var seconds = BinaryPrimitives.ReadInt64LittleEndian(statx[112..]);
        var nanoseconds = BinaryPrimitives.ReadUInt32LittleEndian(statx[120..]);
        var kind = (mode & 0xF000) switch
        {
            0x8000 => GuestEntryKind.File,
            0x4000 => GuestEntryKind.Directory,
            0xA000 => GuestEntryKind.Link,
            _ => GuestEntryKind.Other,
        };
        return new LinuxStatus(
            kind,
            mode & 0xFFF,
            kind == GuestEntryKind.File ? BinaryPrimitives.ReadInt64LittleEndian(statx[40..]) : 0,
            seconds * 1000 + nanoseconds / 1_000_000,
            BinaryPrimitives.ReadUInt32LittleEndian(statx[20..]));
    }
}
