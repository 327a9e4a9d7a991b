using System.Globalization;
using System.Runtime.InteropServices;

namespace DesktopGrid.VmSandbox.GuestDaemon.Kernel;

/// <summary>
/// What the task can never get more of, set once when the machine starts: the daemon's own limits, which every process that it spawns
/// inherits and which do not bind the daemon itself, since it is root.
/// </summary>
internal static partial class LinuxLimits
{
    // getrlimit(2), x86-64.
    private const int LimitCore = 4, LimitProcesses = 6;

    public static void Apply()
    {
        // The kernel counts threads of all users against one number: half of it stays for the daemon, whatever a fork bomb does.
        Limit(LimitProcesses, ReadNumber("/proc/sys/kernel/threads-max") / 2);
        Limit(LimitCore, 0);
        // A user namespace would give the task capabilities inside it, and with them the parts of the kernel that root alone can reach.
        Write("/proc/sys/user/max_user_namespaces", "0");
    }

    /// <summary>
    /// Has this thread, and what it creates, stand back behind all others, so that whoever answers the host comes first, however many threads want
    /// the processor. The daemon does not stand above the others instead: .NET waits for a thread that begins without sleeping, and from above
    /// would leave what that needs of the kernel's own threads one part in eighty of the only processor (a ping took a quarter of a second).
    /// </summary>
    public static void StandBack()
    {
        const int process = 0, last = 19;
        if (SetPriority(process, 0, last) != 0)
        {
            DaemonLog.Write($"priority {last} cannot be set: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    private static void Limit(int what, ulong value)
    {
        if (SetLimit(what, [value, value]) != 0)
        {
            DaemonLog.Write($"limit {what} cannot be set: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    private static ulong ReadNumber(string path) => ulong.Parse(LinuxFile.ReadShort(path), CultureInfo.InvariantCulture);

    private static void Write(string path, string text)
    {
        try
        {
            LinuxFile.WriteShort(path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            DaemonLog.Write($"{path} cannot be set: {e.Message}");
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, int who, int niceness);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, ReadOnlySpan<ulong> softAndHard);
}
