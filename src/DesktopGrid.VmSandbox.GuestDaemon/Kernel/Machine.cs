using System.Runtime.InteropServices;
using DesktopGrid.VmSandbox.GuestDaemon.Control;

namespace DesktopGrid.VmSandbox.GuestDaemon.Kernel;

/// <summary>What only the guest's first process does: mount the kernel's file systems, and end the machine.</summary>
internal static partial class Machine
{
    // reboot(2): LINUX_REBOOT_CMD_RESTART. QEMU runs with -no-reboot, so that a restart ends it; a power-off would need ACPI.
    private const int Restart = 0x01234567;

    /// <summary>Mounts what the initial RAM disk has not mounted already.</summary>
    public static void MountKernelFileSystems()
    {
        Mount("proc", "/proc", "proc", "/proc/self");
        Mount("sysfs", "/sys", "sysfs", "/sys/class");
        Mount("devtmpfs", "/dev", "devtmpfs", "/dev/null");
        Mount("tmpfs", "/run", "tmpfs", "/run/.mounted");
        Directory.CreateDirectory("/dev/shm");
        Mount("tmpfs", "/dev/shm", "tmpfs", "/dev/shm/.mounted");
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

    private static void Mount(string source, string target, string type, string witness)
    {
        if (!Path.Exists(witness) && NativeMount(source, target, type, 0, null) != 0)
        {
            DaemonLog.Write($"{target} cannot be mounted: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeMount(string source, string target, string type, nuint flags, string? data);

    [LibraryImport("libc", EntryPoint = "sync")]
    private static partial void Sync();

    [LibraryImport("libc", EntryPoint = "reboot", SetLastError = true)]
    private static partial int Reboot(int command);
}
