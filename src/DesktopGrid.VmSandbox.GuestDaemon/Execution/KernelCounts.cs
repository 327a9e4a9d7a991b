using System.Globalization;

namespace DesktopGrid.VmSandbox.GuestDaemon.Execution;

/// <summary>What the kernel counts of the guest's memory (proc(5), /proc/meminfo and /proc/vmstat).</summary>
/// <exception cref="IOException">It does not count it.</exception>
internal static class KernelCounts
{
    /// <summary>All that there is, in KiB.</summary>
    public static long MemoryKiB => Number("/proc/meminfo", "MemTotal:");

    /// <summary>What a program could still have without swapping, in KiB.</summary>
    public static long AvailableKiB => Number("/proc/meminfo", "MemAvailable:");

    /// <summary>How often a program waited for a page from the disk.</summary>
    public static long MajorFaults => Number("/proc/vmstat", "pgmajfault");

    /// <summary>How many processes were killed for want of memory. The first one, which is the daemon, never is.</summary>
    public static long Killed => Number("/proc/vmstat", "oom_kill");

    private static long Number(string file, string name)
    {
        foreach (var line in File.ReadLines(file))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var found, var number, ..] && found == name)
            {
                return long.Parse(number, CultureInfo.InvariantCulture);
            }
        }

        throw new IOException($"{file} says nothing of {name.TrimEnd(':')}");
    }
}
