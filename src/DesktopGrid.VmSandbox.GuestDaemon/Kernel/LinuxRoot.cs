using System.Runtime.InteropServices;

namespace DesktopGrid.VmSandbox.GuestDaemon.Kernel;

/// <summary>
/// Another root directory for one thread, and for what it spawns. Threads share their root and working directory with the process until they
/// ask for their own (unshare(2)).
/// </summary>
internal static partial class LinuxRoot
{
    private const int CloneFileSystem = 0x200;

    /// <summary>Has this thread see nothing but what is below a folder. There is no way back: for a thread that ends afterwards.</summary>
    /// <exception cref="LinuxError">The kernel refused.</exception>
    public static void Enter(string path)
    {
        // The working directory too: one outside would be a way out.
        if (Unshare(CloneFileSystem) != 0 || ChangeRoot(path) != 0 || ChangeDirectory("/") != 0)
        {
            throw LinuxError.Last(path);
        }
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "chroot", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeRoot(string path);

    [LibraryImport("libc", EntryPoint = "chdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeDirectory(string path);
}
