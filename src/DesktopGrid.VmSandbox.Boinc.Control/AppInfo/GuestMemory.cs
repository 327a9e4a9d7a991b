using DesktopGrid.VmSandbox.Boinc.Control.ClientState;

namespace DesktopGrid.VmSandbox.Boinc.Control.AppInfo;

/// <summary>How much memory a guest is given.</summary>
internal static class GuestMemory
{
    // What the guest's system takes beside the program, and what a program gets of which nothing is known.
    private const int SystemMiB = 128, UsualMiB = 512, MostMiB = 64 * 1024;

    /// <summary>Enough for the largest of an application's tasks.</summary>
    public static int For(IEnumerable<BoincTask> tasks)
    {
        var bytes = tasks.Select(static task => task.MemoryBytes).DefaultIfEmpty(0).Max();
        return Math.Max(UsualMiB, (int)Math.Min(MostMiB, Math.Ceiling(bytes / (1024 * 1024)) + SystemMiB));
    }
}
