using System.Diagnostics;
using System.Globalization;
using System.Text;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.GuestDaemon.Execution;

/// <summary>
/// The kernel's count of the task's processes and threads, with a bound: a control group (Linux, cgroup-v2.rst, "PID"), which has beside the bound what
/// a limit of the user has not, the number of times it was hit. It is a threaded one, so that the daemon's thread that starts the program can be in it
/// without the daemon: what is born there stays there, and only root could move it.
/// </summary>
internal sealed class ProcessCount
{
    private const string Root = "/sys/fs/cgroup";

    // A thread that has ended is counted until the kernel has put it away: moments, on a computer that does nothing else.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5), Pause = TimeSpan.FromMilliseconds(1);

    private readonly string _group = Root + "/task";
    private readonly int _limit;

    /// <summary>Sets the bound for the next task. The thread that starts the program counts until it has gone.</summary>
    /// <exception cref="IOException">The kernel has no such groups.</exception>
    public ProcessCount(int limit)
    {
        _limit = limit;
        if (!Directory.Exists(_group))
        {
            Machine.MountControlGroups(Root);
            LinuxFile.WriteShort(Root + "/cgroup.subtree_control", "+pids");
        }
        else
        {
            // Its peak and its count of refusals are the last task's; nobody is in it any more.
            if (!IsSoon(IsRemoved))
            {
                throw new IOException("processes of the task before are still there");
            }
        }

        Directory.CreateDirectory(_group);
        LinuxFile.WriteShort(_group + "/cgroup.type", "threaded");
        Bound(limit + 1);
    }

    /// <summary>Whether one more was refused.</summary>
    public bool WasHit => LinuxFile.ReadShort(_group + "/pids.events").Split(' ') is [_, var refused] && refused != "0";

    /// <summary>The most that there were at once.</summary>
    public long Peak => Math.Min(long.Parse(LinuxFile.ReadShort(_group + "/pids.peak"), CultureInfo.InvariantCulture), _limit);

    /// <summary>The door into the group. The kernel asks who opened it, not who goes through.</summary>
    public SafeFileHandle OpenDoor() => File.OpenHandle(_group + "/cgroup.threads", FileMode.Open, FileAccess.Write);

    /// <summary>Takes this thread through the door.</summary>
    /// <returns>The thread.</returns>
    public static int Enter(SafeFileHandle door)
    {
        var thread = LinuxProcess.ThreadId;
        RandomAccess.Write(door, Encoding.ASCII.GetBytes(thread.ToString(CultureInfo.InvariantCulture)), 0);
        return thread;
    }

    /// <summary>The program runs, and the thread that started it is on its way out: it no longer counts, but not before it has gone. One that does not go leaves the program one process more.</summary>
    public void Close(int starter)
    {
        var entry = string.Create(CultureInfo.InvariantCulture, $"/proc/self/task/{starter}");
        if (IsSoon(() => !Directory.Exists(entry)))
        {
            Bound(_limit);
        }
    }

    private bool IsRemoved()
    {
        try
        {
            Directory.Delete(_group);
            return true;
        }
        catch (IOException) when (Directory.Exists(_group))
        {
            return false;
        }
    }

    /// <summary>Waits for what is a matter of moments, and which the kernel tells nobody: it has to be asked.</summary>
    private static bool IsSoon(Func<bool> holds)
    {
        var start = Stopwatch.GetTimestamp();
        while (!holds())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                return false;
            }

            Thread.Sleep(Pause);
        }

        return true;
    }

    private void Bound(int count) => LinuxFile.WriteShort(_group + "/pids.max", count.ToString(CultureInfo.InvariantCulture));
}
