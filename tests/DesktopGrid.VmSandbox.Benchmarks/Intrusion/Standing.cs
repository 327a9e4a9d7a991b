using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Benchmarks.Intrusion;

/// <summary>How sandboxes stand back behind the owner's program.</summary>
/// <param name="Name">As it stands in the number's name.</param>
/// <param name="Priority">The priority of their processes.</param>
/// <param name="IsPaused">Whether they also stand while others use the processors (<see cref="SandboxHostOptions.Pause"/>); measured once they do.</param>
internal sealed record Standing(string Name, ProcessPriority Priority, bool IsPaused = false)
{
    public static IReadOnlyList<Standing> All { get; } =
    [
        new("normal", ProcessPriority.Normal),
        new("below", ProcessPriority.BelowNormal),
        new("idle", ProcessPriority.Idle),
        new("paused", ProcessPriority.Idle, IsPaused: true),
    ];
}
