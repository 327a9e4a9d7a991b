using System.Runtime.InteropServices;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;

namespace DesktopGrid.VmSandbox.GuestDaemon.Disks;

/// <summary>mount(2) for file systems of data: nothing on them is a device, and nothing gives its user to who runs it.</summary>
internal static partial class Mounts
{
    private const nuint ReadOnlyFlag = 1, NoSetUserId = 2, NoDevices = 4, BindFlag = 4096, WithThoseBelow = 16384, SharedFlag = 1 << 20;

    /// <exception cref="LinuxError">The kernel refused.</exception>
    public static void Add(string source, string target, string type, bool isReadOnly, string options)
    {
        if (Mount(source, target, type, NoSetUserId | NoDevices | (isReadOnly ? ReadOnlyFlag : 0), options) != 0)
        {
            throw LinuxError.Last(target);
        }
    }

    /// <summary>Has a file, or a folder with all that is mounted below it, appear in a second place.</summary>
    /// <exception cref="LinuxError">The kernel refused.</exception>
    public static void Bind(string source, string target)
    {
        if (Mount(source, target, "", BindFlag | WithThoseBelow, "") != 0)
        {
            throw LinuxError.Last(target);
        }
    }

    /// <summary>Has what is mounted below later appear also where a part of it is bound to.</summary>
    /// <exception cref="LinuxError">The kernel refused.</exception>
    public static void Share(string target)
    {
        if (Mount("", target, "", SharedFlag, "") != 0)
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
