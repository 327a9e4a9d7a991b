namespace DesktopGrid.VmSandbox.Vms;

/// <summary>How a machine is stopped whose work is to be kept, within a time that somebody else has set.</summary>
public sealed record VmKeepWork
{
    /// <summary>The checkpoint's name. Default <c>quit</c>; see <see cref="CheckpointLimits"/>.</summary>
    public string Name { get; init; } = "quit";

    /// <summary>
    /// How long the whole may take. The last quarter of it, at most five seconds, belongs to QEMU's end. Default 60 s, what a BOINC client allows;
    /// range 10 ms to 1 h.
    /// </summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromSeconds(60);
}
