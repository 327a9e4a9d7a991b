using DesktopGrid.VmSandbox.GuestDaemon.Kernel;

namespace DesktopGrid.VmSandbox.GuestDaemon.Execution;

/// <summary>
/// Ends a task that has taken all memory little by little. There is no swap: what the kernel can still free are the pages of programs, which are read
/// again at once, and as long as it frees something it ends nobody, for minutes or for ever. The kernel's own help against that (multigen LRU, min_ttl_ms) ends
/// programs that only write much to the disk, in Linux 6.1.
/// </summary>
internal static class MemoryWatch
{
    private const string Request = "/proc/sysrq-trigger";

    // Less than a sixteenth is left, and programs wait for their own pages a hundred times a second, for three looks.
    private const int LeastLeft = 16, FaultsPerLook = 200, Looks = 3;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Looks until it is cancelled.</summary>
    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        var (looks, before) = (0, 0L);
        var least = KernelCounts.MemoryKiB / LeastLeft;
        while (true)
        {
            await Task.Delay(Interval, cancellationToken);
            if (KernelCounts.AvailableKiB >= least)
            {
                (looks, before) = (0, 0);
                continue;
            }

            var faults = KernelCounts.MajorFaults;
            looks = before > 0 && faults - before >= FaultsPerLook ? looks + 1 : 0;
            before = faults;
            if (looks == Looks)
            {
                DaemonLog.Write("the task's memory does not suffice: the kernel is asked to end its largest process");
                // Documentation/admin-guide/sysrq.rst: the same choice as when nothing can be freed, and counted with it.
                LinuxFile.WriteShort(Request, "f");
                (looks, before) = (0, 0);
            }
        }
    }
}
