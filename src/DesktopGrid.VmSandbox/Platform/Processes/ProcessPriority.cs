namespace DesktopGrid.VmSandbox.Platform.Processes;

/// <summary>How a machine stands back behind the owner's work.</summary>
public enum ProcessPriority
{
    /// <summary>Like any program.</summary>
    Normal = 0,
    /// <summary>Linux: nice 10, its session as well; Windows: below-normal class; macOS: nice 10.</summary>
    BelowNormal = 1,
    /// <summary>Only what nobody else wants. Linux: SCHED_IDLE, or nice 19 where refused, its session at nice 19, and idle disk class; Windows: idle class; macOS: the background band.</summary>
    Idle = 2,
}
