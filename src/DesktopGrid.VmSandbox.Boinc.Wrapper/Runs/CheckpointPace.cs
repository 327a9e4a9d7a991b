namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;

/// <summary>
/// When the work is kept next: after the user's interval of running time. A checkpoint that takes long comes less often, so that it never costs more than a
/// twentieth of the task's time.
/// </summary>
internal sealed class CheckpointPace
{
    private const int LeastShare = 20;

    private readonly TimeSpan _period;
    private TimeSpan _next;

    /// <summary>Begins.</summary>
    /// <param name="period">The user's interval.</param>
    public CheckpointPace(TimeSpan period) => _next = _period = period;

    /// <summary>Whether it is time, after so much running time.</summary>
    public bool IsDue(TimeSpan ran) => ran >= _next;

    /// <summary>One was taken, or failed, at a running time and for so long.</summary>
    public void Note(TimeSpan ran, TimeSpan took) => _next = ran + (_period > LeastShare * took ? _period : LeastShare * took);
}
