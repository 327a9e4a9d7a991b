namespace DesktopGrid.VmSandbox.Pausing;

/// <summary>
/// When the machines of this host stand, because the owner needs the computer: their virtual CPUs halt, nothing is written, and their jobs' limits
/// come no nearer. One that outlives its host and stood when that was killed goes on when the next one takes it up. A client that is told to suspend
/// by its own grid, as a BOINC client tells its applications, needs none of it.
/// </summary>
public sealed class PauseOptions
{
    /// <summary>The thresholds that desktop grids have by default (BOINC's computing preferences): not on battery, and not while others use 25 % of the processors.</summary>
    /// <returns>New options, to be changed at will.</returns>
    public static PauseOptions DesktopGrid() => new() { OnBattery = true, OthersCpuPercent = 25 };

    /// <summary>Whether they stand while the computer runs on its battery. Default false. A computer that does not say is taken for one without.</summary>
    public bool OnBattery { get; set; }

    /// <summary>
    /// How much of all processors others may use, in per cent, averaged over ten seconds; from there on the machines stand, until it is below four fifths of that. Null (default) for any; above 0, at
    /// most 100. Others are all programs but this process and its machines: of several processes with machines let one watch, through <see cref="Asked"/>.
    /// </summary>
    public double? OthersCpuPercent { get; set; }

    /// <summary>
    /// They stand until nobody has used keyboard, mouse or terminal for so long. Null (default) for never; 1 s to 24 h, BOINC's is 3 min. Windows and macOS tell;
    /// Linux tells of terminals alone, to within 8 s, whether a person or a program feeds them; a desktop's session is known to its own programs: see <see cref="SinceInput"/>.
    /// </summary>
    public TimeSpan? UserActiveWithin { get; set; }

    /// <summary>Tells how long ago somebody used the computer, for a client that knows it better; null from it means unknown, which counts as nobody. Default null. Called by one thread at a time, and shall be quick.</summary>
    public Func<TimeSpan?>? SinceInput { get; set; }

    /// <summary>A hook of the client's: the machines stand while it answers true. Default null. Called by one thread at a time, and shall be quick.</summary>
    public Func<bool>? Asked { get; set; }

    /// <summary>How often all this is looked at. Default 1 s, range 100 ms to 1 min.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>What is out of its range; null for nothing.</summary>
    internal string? Fault() =>
        OthersCpuPercent is <= 0 or > 100 or double.NaN ? "Pause.OthersCpuPercent must be above 0 and at most 100; null means no limit."
        : UserActiveWithin < TimeSpan.FromSeconds(1) || UserActiveWithin > TimeSpan.FromDays(1) ? "Pause.UserActiveWithin must lie between 1 s and 24 h; null means never."
        : Interval < TimeSpan.FromMilliseconds(100) || Interval > TimeSpan.FromMinutes(1) ? "Pause.Interval must lie between 100 ms and 1 min."
        : null;
}
