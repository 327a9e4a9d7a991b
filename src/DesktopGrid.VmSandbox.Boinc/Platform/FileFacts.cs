using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Boinc.Platform;

/// <summary>Whose a file is and of which kind; by statx(2), which .NET has no name for.</summary>
/// <param name="User">The owner's number.</param>
/// <param name="Group">The group's number.</param>
/// <param name="IsRegular">Whether it is an ordinary file: no link, no pipe, no device.</param>
internal readonly partial record struct FileFacts(uint User, uint Group, bool IsRegular)
{
    private const int CurrentFolder = -100, NoFollow = 0x100, EmptyPath = 0x1000;
    private const uint Basic = 0x7ff;
    private const int TypeMask = 0xf000, RegularType = 0x8000;

    /// <summary>The facts of what has this name, a link itself and not what it names; null where it is gone, or the system has no statx.</summary>
    public static FileFacts? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        return StatX(CurrentFolder, path, NoFollow, Basic, out var facts) == 0 ? facts.Read() : null;
    }

    /// <summary>The facts of what is open; null where the system has no statx.</summary>
    public static FileFacts? Of(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        return StatX(file, "", EmptyPath, Basic, out var facts) == 0 ? facts.Read() : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, out Facts facts);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(SafeFileHandle file, string path, int flags, uint mask, out Facts facts);

    // linux/stat.h, struct statx: 256 bytes, of which the first fields are needed.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Facts
    {
        [FieldOffset(20)]
        public uint User;

        [FieldOffset(24)]
        public uint Group;

        [FieldOffset(28)]
        public ushort Mode;

        public readonly FileFacts Read() => new(User, Group, (Mode & TypeMask) == RegularType);
    }
}
