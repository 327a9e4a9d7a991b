using System.Diagnostics;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Jobs.Running;

/// <summary>Keeps the time of each phase and tells the caller how far the job has come.</summary>
internal sealed class JobClock(IProgress<JobProgress>? progress, ActivitySource activities, TimeProvider time) : IProgress<TransferProgress>
{
    // Who follows the program, who looks into its file and who measures tell by turns: a caller hears of one after the other, and never of an older state last.
    private readonly Lock _telling = new();
    private readonly long _start = time.GetTimestamp();
    private readonly List<JobPhaseTime> _phases = [];
    private long _since;

    /// <summary>The phase under way, or the one that failed.</summary>
    public JobPhase Phase { get; private set; }

    public VmId? Machine { get; set; }

    public double? FractionDone { get; private set; }

    public TimeSpan CpuTime { get; set; }

    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    public IReadOnlyList<JobPhaseTime> Phases => _phases;

    public async Task<T> MeasureAsync<T>(JobPhase phase, Func<Task<T>> action)
    {
        Phase = phase;
        Tell(null);
        using var activity = activities.StartActivity($"vmsandbox.job.{phase.ToString().ToLowerInvariant()}");
        _since = time.GetTimestamp();
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            throw;
        }
        finally
        {
            // Where it was given up in the line, it never came to start.
            _phases.Add(new JobPhaseTime(Phase, time.GetElapsedTime(_since)));
        }
    }

    public Task MeasureAsync(JobPhase phase, Func<Task> action) => MeasureAsync(phase, async () =>
    {
        await action().ConfigureAwait(false);
        return true;
    });

    /// <summary>The machine waits for its turn, or has had it: before it starts, whose time begins then.</summary>
    public void Queue(bool waits)
    {
        if (!waits)
        {
            _phases.Add(new JobPhaseTime(Phase, time.GetElapsedTime(_since)));
            _since = time.GetTimestamp();
        }

        Phase = waits ? JobPhase.Queued : JobPhase.Start;
        Tell(null);
    }

    /// <summary>The program has said how far it is.</summary>
    public void Done(double fraction)
    {
        lock (_telling)
        {
            if (fraction != FractionDone)
            {
                FractionDone = fraction;
                Tell(null);
            }
        }
    }

    public void Tell(TransferProgress? transfer)
    {
        lock (_telling)
        {
            progress?.Report(new JobProgress(Phase, FractionDone, CpuTime, Elapsed, transfer, Machine));
        }
    }

    void IProgress<TransferProgress>.Report(TransferProgress value) => Tell(value);
}
