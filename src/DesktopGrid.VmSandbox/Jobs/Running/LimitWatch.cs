using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms.Boundary;

namespace DesktopGrid.VmSandbox.Jobs.Running;

/// <summary>Measures from outside, once a second, what a program uses, and ends the wait for it when that is too much.</summary>
internal sealed class LimitWatch(JobLimits limits, IRunningMachine machine, JobClock clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>CPU time of the machine since the watch began.</summary>
    public TimeSpan CpuTime { get; private set; }

    /// <summary>The most that its disk was seen to take.</summary>
    public long PeakDiskBytes { get; private set; }

    /// <exception cref="JobException">A limit was passed.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // Of a program that is suspended no limit comes nearer.
        var start = machine.Time.GetTimestamp();
        var before = machine.CpuTime;
        using var timer = new PeriodicTimer(Interval, machine.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                var disk = Measure(before);
                clock.Tell(null);
                Demand(JobLimit.CpuTime, limits.CpuTime?.TotalSeconds, CpuTime.TotalSeconds);
                Demand(JobLimit.WallTime, limits.WallTime?.TotalSeconds, machine.Time.GetElapsedTime(start).TotalSeconds);
                Demand(JobLimit.Disk, limits.DiskBytes, disk);
            }
        }
        finally
        {
            Measure(before);
        }
    }

    private long Measure(TimeSpan before)
    {
        clock.CpuTime = machine.CpuTime;
        CpuTime = clock.CpuTime - before;
        var disk = machine.DiskBytes;
        PeakDiskBytes = Math.Max(PeakDiskBytes, disk);
        return disk;
    }

    private static void Demand(JobLimit kind, double? limit, double used)
    {
        if (limit < used)
        {
            throw JobException.Passed(new PassedLimit(kind, limit.Value, used), TaskFate.MayHaveRun);
        }
    }
}
