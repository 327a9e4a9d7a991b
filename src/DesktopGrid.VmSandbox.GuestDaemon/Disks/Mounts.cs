using System.Runtime.InteropServices;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;

namespace DesktopGrid.VmSandbox.GuestDaemon.Disks;

/// <summary>mount(2) for file systems of data: nothing on them is a device, and nothing gives its user to who runs it.</summary>
internal static partial class Mounts
{
    private const nuint ReadOnlyFlag = 1, NoSetUserId = 2, NoDevices = 4;

    /// <exception cref="LinuxError">The kernel refused.</exception>
    public static void Add(string source, string target, string type, bool isReadOnly, string options)
    {
        if (Mount(source, target, type, NoSetUserId | NoDevices | (isReadOnly ? ReadOnlyFlag : 0), options) != 0)
        {
            throw LinuxError.Last(target);
        }
    }

    /// <summary>Takes a mount away that nobody uses yet.</summary>
    public static void Remove(string target)
    {
        if (Unmount(target, 0) != 0)
        {
            DaemonLog.Write($"{target} cannot be unmounted: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
