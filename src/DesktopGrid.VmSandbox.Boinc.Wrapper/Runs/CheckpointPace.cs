namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;

/// <summary>
/// When the work is kept next: after the user's interval of running time. A checkpoint that takes long comes less often, so that it never costs more than a
/// twentieth of the task's time.
/// </summary>
internal sealed class CheckpointPace
{
    private const int LeastShare = 20;

    private readonly Func<TimeSpan> _period;
    private TimeSpan _next;

    /// <summary>Begins.</summary>
    /// <param name="period">The user's interval, which he may change while the task runs.</param>
    public CheckpointPace(Func<TimeSpan> period) => (_period, _next) = (period, period());

    /// <summary>Whether it is time, after so much running time.</summary>
    public bool IsDue(TimeSpan ran) => ran >= _next;

    /// <summary>One was taken, or failed, at a running time and for so long.</summary>
    public void Note(TimeSpan ran, TimeSpan took)
    {
        var period = _period();
        _next = ran + (period > LeastShare * took ? period : LeastShare * took);
    }
}
