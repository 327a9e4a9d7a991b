using System.Globalization;
using System.Runtime.InteropServices;

namespace DesktopGrid.VmSandbox.GuestDaemon.Kernel;

/// <summary>What only the guest's first process does: mount the kernel's file systems, and end the machine.</summary>
internal static partial class Machine
{
    // reboot(2): LINUX_REBOOT_CMD_RESTART. QEMU runs with -no-reboot, so that a restart ends it; a power-off would need ACPI.
    private const int Restart = 0x01234567;

    // mount(2).
    private const nuint NoSetUserId = 2, NoDevices = 4;

    /// <summary>Mounts what the initial RAM disk has not mounted already.</summary>
    public static void MountKernelFileSystems()
    {
        Mount("proc", "/proc", "proc", "/proc/self");
        Mount("sysfs", "/sys", "sysfs", "/sys/class");
        Mount("devtmpfs", "/dev", "devtmpfs", "/dev/null");
        // What lies in memory and the task can write must leave the daemon enough of it to go on.
        Mount("tmpfs", "/run", "tmpfs", "/run/.mounted", "mode=0755,size=10%");
        Directory.CreateDirectory("/dev/shm");
        Mount("tmpfs", "/dev/shm", "tmpfs", "/dev/shm/.mounted", "mode=1777,size=50%");
        // Where message queues can be seen and removed; the kernel has them in any case.
        Directory.CreateDirectory("/dev/mqueue");
        Mount("mqueue", "/dev/mqueue", "mqueue", "/dev/mqueue/.mounted");
    }

    /// <summary>Mounts the kernel's control groups, where they are not.</summary>
    public static void MountControlGroups(string target) => Mount("cgroup2", target, "cgroup2", target + "/cgroup.procs");

    /// <summary>
    /// Keeps the daemon's code in memory once it was used. A program that takes all memory makes the kernel throw away what it can read
    /// again from the disk, and that is before all this code: the daemon was seen to stand still for minutes. Its other pages cannot go, for
    /// there is no swap.
    /// </summary>
    public static void KeepCodeInMemory()
    {
        const uint onFault = 1;
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            // proc(5): first-last permissions offset device inode path
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var range, _, _, _, not "0", ..] && range.Split('-') is [var first, var last])
            {
                var start = nuint.Parse(first, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                if (LockMemory(start, nuint.Parse(last, NumberStyles.HexNumber, CultureInfo.InvariantCulture) - start, onFault) != 0)
                {
                    DaemonLog.Write($"the daemon's code cannot be kept in memory: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
                }
            }
        }
    }

    /// <summary>Writes everything to the disks and ends the machine. Does not return where it works.</summary>
    public static void End()
    {
        Sync();
        if (Reboot(Restart) != 0)
        {
            DaemonLog.Write($"the machine cannot be ended: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    private static void Mount(string source, string target, string type, string witness, string? options = null)
    {
        if (!Path.Exists(witness) && NativeMount(source, target, type, type == "devtmpfs" ? 0 : NoSetUserId | NoDevices, options) != 0)
        {
            DaemonLog.Write($"{target} cannot be mounted: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeMount(string source, string target, string type, nuint flags, string? data);

    [LibraryImport("libc", EntryPoint = "mlock2", SetLastError = true)]
    private static partial int LockMemory(nuint start, nuint length, uint flags);

    [LibraryImport("libc", EntryPoint = "sync")]
    private static partial void Sync();

    [LibraryImport("libc", EntryPoint = "reboot", SetLastError = true)]
    private static partial int Reboot(int command);
}
