using System.Globalization;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;

namespace DesktopGrid.VmSandbox.GuestDaemon.Execution;

/// <summary>The unprivileged user that belongs to the task alone: every process of that user is part of the task, wherever it has hidden in the tree.</summary>
internal sealed class TaskUser(uint id)
{
    private static readonly TimeSpan KillBound = TimeSpan.FromSeconds(20);

    public uint Id => id;

    /// <summary>Asks every process of the task to end, and lets those go on that stand, or they would never hear of it.</summary>
    public void Terminate() => LinuxCredentials.RunAs(id, static () =>
    {
        LinuxProcess.Signal(-1, LinuxProcess.SignalTerminate);
        LinuxProcess.Signal(-1, LinuxProcess.SignalContinue);
    });

    /// <summary>
    /// Ends every process of the task. kill(-1) hits all of them at once, so that a fork bomb finds no moment to go on; what was being born
    /// meanwhile is hit by the next round.
    /// </summary>
    /// <returns>Whether none is left.</returns>
    public async Task<bool> KillAllAsync()
    {
        var started = Environment.TickCount64;
        for (var pause = 1; ; pause = Math.Min(pause * 2, 50))
        {
            LinuxCredentials.RunAs(id, static () => LinuxProcess.Signal(-1, LinuxProcess.SignalKill));
            if (!AnyAlive())
            {
                return true;
            }

            if (Environment.TickCount64 - started > KillBound.TotalMilliseconds)
            {
                return false;
            }

            await Task.Delay(pause);
        }
    }

    private bool AnyAlive()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), CultureInfo.InvariantCulture, out _) && IsAliveTask(folder))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>proc(5): the status file has one "State:" and one "Uid:" line; zombies need no killing.</summary>
    private bool IsAliveTask(string folder)
    {
        try
        {
            var lines = File.ReadAllLines(folder + "/status");
            var state = Array.Find(lines, static line => line.StartsWith("State:", StringComparison.Ordinal));
            var user = Array.Find(lines, static line => line.StartsWith("Uid:", StringComparison.Ordinal));
            return state is not null && !state.Contains('Z') && !state.Contains('X')
                && user?.Split('\t') is [_, var real, ..] && real == id.ToString(CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
