using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Boinc.Control.Platform;

/// <summary>Who may read and run a file, and whose it is.</summary>
internal static partial class FileRights
{
    private const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Run = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>For everybody to read, and to run where that is wanted; nothing on Windows, where a folder's rights hold for what is in it.</summary>
    public static void OpenToAll(SafeFileHandle file, bool isRunnable)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, isRunnable ? ForAll | Run : ForAll);
        }
    }

    /// <summary>Makes a folder for everybody to enter.</summary>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, ForAll | Run);
        }
    }

    /// <summary>As below, of what is open.</summary>
    /// <exception cref="IOException">Root may not either.</exception>
    public static void Give(SafeFileHandle file, FileFacts? owner)
    {
        if (OperatingSystem.IsLinux() && owner is { } wanted && ChangeOwner(file, wanted.User, wanted.Group) != 0 && Environment.IsPrivilegedProcess)
        {
            throw new IOException("its owner cannot be changed");
        }
    }

    /// <summary>For this user to run.</summary>
    public static void LetRun(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public static bool IsRunnable(string path) => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != 0;

    /// <summary>Gives a file to an owner. Only root may; for others it is this user's, and that is told by no failure.</summary>
    /// <exception cref="IOException">Root may not either.</exception>
    public static void Give(string path, FileFacts? owner)
    {
        if (OperatingSystem.IsLinux() && owner is { } wanted && FileFacts.Of(path) is { } now && (now.User, now.Group) != (wanted.User, wanted.Group) && ChangeOwner(path, wanted.User, wanted.Group) != 0 && Environment.IsPrivilegedProcess)
        {
            throw new IOException("its owner cannot be changed");
        }
    }

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int ChangeOwner(SafeFileHandle file, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
