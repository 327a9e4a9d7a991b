using System.Runtime.InteropServices;
using DesktopGrid.VmSandbox.Boinc.Platform;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Boinc.Control.Platform;

/// <summary>Lets the client's user have what we write, whoever we are.</summary>
internal static partial class ClientRights
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

    /// <summary>Gives a file to an owner. Only root may; for others it is this user's, and that is told by no failure.</summary>
    /// <exception cref="IOException">Root may not either.</exception>
    public static void Give(string path, FileFacts? owner)
    {
        if (OperatingSystem.IsLinux() && owner is { } wanted && FileFacts.Of(path) is { } now && (now.User, now.Group) != (wanted.User, wanted.Group) && ChangeOwner(path, wanted.User, wanted.Group) != 0 && Environment.IsPrivilegedProcess)
        {
            throw new IOException("its owner cannot be changed");
        }
    }

    /// <summary>As above, of what is open.</summary>
    /// <exception cref="IOException">Root may not either.</exception>
    public static void Give(SafeFileHandle file, FileFacts? owner)
    {
        if (OperatingSystem.IsLinux() && owner is { } wanted && ChangeOwner(file, wanted.User, wanted.Group) != 0 && Environment.IsPrivilegedProcess)
        {
            throw new IOException("its owner cannot be changed");
        }
    }

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int ChangeOwner(SafeFileHandle file, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
