using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Boinc.Platform;

/// <summary>
/// macOS's stat(2). Its names carry a suffix on Intel, where those without are of an older struct; on ARM there was never another (stat(2),
/// "TRANSITIONING FROM EARLIER VERSIONS").
/// </summary>
internal static partial class MacFacts
{
    private static bool IsIntel => RuntimeInformation.ProcessArchitecture is Architecture.X64;

    /// <summary>The facts of what has this name, a link itself; null where it is gone.</summary>
    public static FileFacts? Of(string path) => (IsIntel ? LStatIntel(path, out var facts) : LStat(path, out facts)) == 0 ? facts.Read() : null;

    /// <summary>The facts of what is open.</summary>
    public static FileFacts? Of(SafeFileHandle file) => (IsIntel ? FStatIntel(file, out var facts) : FStat(file, out facts)) == 0 ? facts.Read() : null;

    [LibraryImport("libc", EntryPoint = "lstat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LStat(string path, out Facts facts);

    [LibraryImport("libc", EntryPoint = "lstat$INODE64", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LStatIntel(string path, out Facts facts);

    [LibraryImport("libc", EntryPoint = "fstat")]
    private static partial int FStat(SafeFileHandle file, out Facts facts);

    [LibraryImport("libc", EntryPoint = "fstat$INODE64")]
    private static partial int FStatIntel(SafeFileHandle file, out Facts facts);

    // sys/stat.h, struct stat of 64-bit inodes: 144 bytes; a device of 4, the mode of 2, links of 2, the inode of 8, user and group of 4.
    [StructLayout(LayoutKind.Explicit, Size = 144)]
    private struct Facts
    {
        [FieldOffset(4)]
        public ushort Mode;

        [FieldOffset(16)]
        public uint User;

        [FieldOffset(20)]
        public uint Group;

        public readonly FileFacts Read() => new(User, Group, FileFacts.IsRegularMode(Mode));
    }
}
