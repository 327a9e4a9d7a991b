using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;

namespace DesktopGrid.VmSandbox.GuestDaemon.Execution;

/// <summary>Whether a task wanted more than the kernel gives it, by the kernel's own counts: processes where they are limited, and memory.</summary>
internal sealed class TaskLimits
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly ProcessCount? _processes;
    private readonly long _killed = KernelCounts.Killed;
    private int _starter;

    public TaskLimits(int? processes) => _processes = processes is { } limit ? new ProcessCount(limit) : null;

    /// <summary>Starts the program within the limits, as the task's user and in its root; null for the daemon's own.</summary>
    public int Start(TaskUser user, string? root, Func<int> spawn)
    {
        var processId = 0;
        using var door = _processes?.OpenDoor();
        LinuxCredentials.RunAs(user.Id, () =>
        {
            if (door is not null)
            {
                _starter = ProcessCount.Enter(door);
            }

            processId = spawn();
        },
        root);
        return processId;
    }

    /// <summary>The program runs: who started it is no longer counted with it. Not while anybody waits for a lock: it may take moments.</summary>
    public void Settle()
    {
        try
        {
            _processes?.Close(_starter);
        }
        catch (IOException e)
        {
            DaemonLog.Write($"the limit of processes is one too high: {e.Message}");
        }
    }

    /// <summary>Waits until a process was refused; for ever where they are not limited.</summary>
    public async Task UntilHitAsync(CancellationToken cancellationToken)
    {
        if (_processes is null)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        while (!_processes!.WasHit)
        {
            await Task.Delay(Interval, cancellationToken);
        }
    }

    /// <summary>What is to be told of a task that has ended so.</summary>
    public GuestTaskStatus Tell(GuestTaskStatus ended)
    {
        try
        {
            return Count(ended);
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            // How it ended is worth more than what it wanted.
            DaemonLog.Write($"what the task wanted cannot be read: {e.Message}");
            return ended;
        }
    }

    private GuestTaskStatus Count(GuestTaskStatus ended) => ended with
    {
        PeakProcesses = _processes?.Peak ?? 0,
        PassedLimit = _processes?.WasHit ?? false ? GuestLimit.Processes
            // One whose child was killed may have lived on without it, and done its work.
            : ended.ExitCode != 0 && KernelCounts.Killed > _killed ? GuestLimit.Memory
            : null,
    };
}
