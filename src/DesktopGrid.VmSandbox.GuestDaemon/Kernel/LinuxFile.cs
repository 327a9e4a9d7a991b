using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.GuestDaemon.Kernel;

/// <summary>The file calls that .NET does not offer: all of them relative to an open directory, so that no path is ever looked up twice.</summary>
internal static partial class LinuxFile
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NonBlocking = 0x800;
    public const int Directory = 0x10000;
    public const int NoFollow = 0x20000;
    public const int CloseOnExec = 0x80000;
    public const int RemoveDirectory = 0x200;

    private const long SysGetDents64 = 217;
    private const long SysOpenAt2 = 437;
    // openat2(2): no step may leave the start directory, and none may be a link of any kind.
    private const ulong ResolveNoMagicLinks = 2, ResolveNoSymlinks = 4, ResolveBeneath = 8;

    /// <summary>Opens a path below a directory; links anywhere in it are refused by the kernel.</summary>
    public static SafeFileHandle OpenBeneath(SafeFileHandle root, string path, int flags, int mode = 0) =>
        OpenBeneath(root, Terminated(path), flags, mode);

    /// <summary>The same for a name that need not be UTF-8.</summary>
    public static unsafe SafeFileHandle OpenBeneath(SafeFileHandle root, ReadOnlySpan<byte> terminatedPath, int flags, int mode = 0)
    {
        var how = stackalloc ulong[3]
        {
            (ulong)(flags | CloseOnExec),
            (flags & Create) != 0 ? (ulong)mode : 0,
            ResolveBeneath | ResolveNoSymlinks | ResolveNoMagicLinks,
        };
        fixed (byte* name = terminatedPath)
        {
            var result = SystemCall(SysOpenAt2, root.DangerousGetHandle(), (nint)name, (nint)how, 3 * sizeof(ulong));
            return result >= 0 ? new SafeFileHandle(result, ownsHandle: true) : throw LinuxError.Last(Encoding.UTF8.GetString(terminatedPath));
        }
    }

    /// <summary>Opens a directory by its absolute path.</summary>
    public static SafeFileHandle OpenDirectory(string path)
    {
        var result = Open(path, ReadOnly | Directory | CloseOnExec, 0);
        return result >= 0 ? new SafeFileHandle(result, ownsHandle: true) : throw LinuxError.Last(path);
    }

    public static void MakeDirectory(SafeFileHandle parent, string name, int mode) => Check(MkdirAt(parent, name, mode), name);

    public static void Unlink(SafeFileHandle parent, ReadOnlySpan<byte> terminatedName, int flags)
    {
        if (TryUnlink(parent, terminatedName, flags) is not 0 and var error)
        {
            throw LinuxError.Of(error, Encoding.UTF8.GetString(terminatedName));
        }
    }

    /// <summary>The same for where failures are many and expected: the error's number, 0 for none.</summary>
    public static int TryUnlink(SafeFileHandle parent, ReadOnlySpan<byte> terminatedName, int flags) =>
        UnlinkAt(parent, terminatedName, flags) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Moves an entry to a name that must be free: the error's number, 0 for none.</summary>
    public static int TryMove(SafeFileHandle fromParent, ReadOnlySpan<byte> terminatedFrom, SafeFileHandle toParent, ReadOnlySpan<byte> terminatedTo)
    {
        const uint noReplace = 1;
        return RenameAt2(fromParent, terminatedFrom, toParent, terminatedTo, noReplace) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    public static void Rename(SafeFileHandle parent, string from, string to) => Check(RenameAt(parent, from, parent, to), to);

    public static void SetOwner(SafeFileHandle file, uint user, uint group) => Check(FChown(file, user, group), "");

    public static void SetMode(SafeFileHandle file, int mode) => Check(FChmod(file, mode), "");

    /// <summary>What a name in a directory is; links are not followed. An empty name asks for the directory itself.</summary>
    public static unsafe LinuxStatus Status(SafeFileHandle directory, ReadOnlySpan<byte> terminatedName)
    {
        const int emptyPath = 0x1000, noFollow = 0x100, basicStats = 0x7ff;
        Span<byte> result = stackalloc byte[256];
        fixed (byte* name = terminatedName, pointer = result)
        {
            if (Statx(directory, name, emptyPath | noFollow, basicStats, pointer) != 0)
            {
                throw LinuxError.Last(Encoding.UTF8.GetString(terminatedName));
            }
        }

        return LinuxStatus.Parse(result);
    }

    /// <summary>Reads as many directory entries as fit; 0 at the end. Layout: getdents64(2).</summary>
    public static unsafe int ReadEntries(SafeFileHandle directory, Span<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            var result = SystemCall(SysGetDents64, directory.DangerousGetHandle(), (nint)pointer, buffer.Length, 0);
            return result >= 0 ? (int)result : throw LinuxError.Last("");
        }
    }

    /// <summary>One of the kernel's short texts, without its line end.</summary>
    public static string ReadShort(string path)
    {
        using var file = File.OpenHandle(path);
        Span<byte> bytes = stackalloc byte[256];
        return Encoding.UTF8.GetString(bytes[..RandomAccess.Read(file, bytes, 0)]).TrimEnd();
    }

    /// <summary>Sets one of the kernel's short texts.</summary>
    public static void WriteShort(string path, string text)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        RandomAccess.Write(file, Encoding.UTF8.GetBytes(text), 0);
    }

    /// <summary>A name as the kernel wants it.</summary>
    public static byte[] Terminated(string name) => Encoding.UTF8.GetBytes(name + '\0');

    private static void Check(int result, string path)
    {
        if (result != 0)
        {
            throw LinuxError.Last(path);
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(long number, nint first, nint second, nint third, nint fourth);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MkdirAt(SafeFileHandle parent, string name, int mode);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    private static partial int UnlinkAt(SafeFileHandle parent, ReadOnlySpan<byte> name, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt(SafeFileHandle fromParent, string from, SafeFileHandle toParent, string to);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true)]
    private static partial int RenameAt2(SafeFileHandle fromParent, ReadOnlySpan<byte> from, SafeFileHandle toParent, ReadOnlySpan<byte> to, uint flags);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int FChown(SafeFileHandle file, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int FChmod(SafeFileHandle file, int mode);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static unsafe partial int Statx(SafeFileHandle directory, byte* name, int flags, uint mask, byte* result);
}
