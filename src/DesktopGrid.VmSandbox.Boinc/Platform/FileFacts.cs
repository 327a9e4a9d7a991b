using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Boinc.Platform;

/// <summary>Whose a file is and of which kind; by statx(2) on Linux and stat(2) on macOS, which .NET has no name for.</summary>
/// <param name="User">The owner's number.</param>
/// <param name="Group">The group's number.</param>
/// <param name="IsRegular">Whether it is an ordinary file: no link, no pipe, no device.</param>
internal readonly partial record struct FileFacts(uint User, uint Group, bool IsRegular)
{
    private const int CurrentFolder = -100, NoFollow = 0x100, EmptyPath = 0x1000;
    private const uint Basic = 0x7ff;
    private const int TypeMask = 0xf000, RegularType = 0x8000;

    /// <summary>The facts of what has this name, a link itself and not what it names; null where it is gone, or the system does not tell.</summary>
    public static FileFacts? Of(string path) =>
        OperatingSystem.IsLinux() ? StatX(CurrentFolder, path, NoFollow, Basic, out var facts) == 0 ? facts.Read() : null
        : OperatingSystem.IsMacOS() ? MacFacts.Of(path)
        : null;

    /// <summary>The facts of what is open; null where the system does not tell.</summary>
    public static FileFacts? Of(SafeFileHandle file) =>
        OperatingSystem.IsLinux() ? StatX(file, "", EmptyPath, Basic, out var facts) == 0 ? facts.Read() : null
        : OperatingSystem.IsMacOS() ? MacFacts.Of(file)
        : null;

    /// <summary>Whether a file's mode is that of an ordinary one: the same bits on both systems (sys/stat.h, S_IFMT and S_IFREG).</summary>
    internal static bool IsRegularMode(ushort mode) => (mode & TypeMask) == RegularType;

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

        public readonly FileFacts Read() => new(User, Group, IsRegularMode(Mode));
    }
}
