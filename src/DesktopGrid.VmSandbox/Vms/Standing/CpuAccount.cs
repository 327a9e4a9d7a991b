namespace DesktopGrid.VmSandbox.Vms.Standing;

/// <summary>What a machine may use and has used: so many processors' time for each second that passes, with little credit for what it left unused.</summary>
/// <param name="processors">How many it may use, such as half of one.</param>
/// <param name="most">How many it could use.</param>
internal sealed class CpuAccount(double processors, int most)
{
    // What was left unused gives no more than a moment at full speed. What was used too much is held against it, also where a busy host looked late: at a
    // tenth of a processor a fifth of a second is two seconds of standing. Only what it used for long, while a verb had it, is forgiven.
    private static readonly TimeSpan MostCredit = TimeSpan.FromMilliseconds(100), MostDebt = TimeSpan.FromSeconds(10);

    // It runs and stands once in so long, so that neither the monitor nor the disk is troubled more often than that. Linux counts CPU time in 10 ms.
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100), LeastRun = TimeSpan.FromMilliseconds(10), LeastStand = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan MostStand = TimeSpan.FromMilliseconds(500);

    private TimeSpan _used;
    private TimeSpan _at;
    // Time of the clock that it is ahead of what it may use; below zero, behind.
    private TimeSpan _ahead;

    /// <summary>Begins from here.</summary>
    public void Open(TimeSpan used, TimeSpan at) => (_used, _at, _ahead) = (used, at, TimeSpan.Zero);

    /// <summary>Notes what was used until now.</summary>
    public void Note(TimeSpan used, TimeSpan at)
    {
        _ahead += ((used - _used) / processors) - (at - _at);
        _ahead = _ahead < -MostCredit ? -MostCredit : _ahead > MostDebt ? MostDebt : _ahead;
        (_used, _at) = (used, at);
    }

    /// <summary>How long it is to stand now; zero where it may run.</summary>
    public TimeSpan Stand => _ahead < LeastStand ? TimeSpan.Zero : _ahead > MostStand ? MostStand : _ahead;

    /// <summary>How long it may run before it must be looked at again: with all that it could use, until what it has left is used up.</summary>
    public TimeSpan Run
    {
        get
        {
            var least = Period * processors / most;
            var left = -_ahead * processors / (most - processors);
            return left > Period ? Period : left > least ? left : least > LeastRun ? least : LeastRun;
        }
    }
}
