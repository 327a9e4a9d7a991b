using System.Collections.Frozen;

namespace DesktopGrid.VmSandbox.Vms;

/// <summary>
/// The whole state machine as one table. <c>docs/states.md</c> is made from it, and every refusal is worded by it.
/// A pair that is not listed is refused.
/// </summary>
public static class VmTransitions
{
    private static readonly FrozenDictionary<(VmVerb, VmState), VmState> Table = new Dictionary<(VmVerb, VmState), VmState>
    {
        [(VmVerb.Load, VmState.Created)] = VmState.Created,
        [(VmVerb.Load, VmState.Running)] = VmState.Running,
        [(VmVerb.Load, VmState.Suspended)] = VmState.Suspended,
        [(VmVerb.Load, VmState.Stopped)] = VmState.Stopped,
        [(VmVerb.Load, VmState.Failed)] = VmState.Failed,

        [(VmVerb.Start, VmState.Created)] = VmState.Running,
        [(VmVerb.Start, VmState.Stopped)] = VmState.Running,
        [(VmVerb.Start, VmState.Failed)] = VmState.Running,

        [(VmVerb.Suspend, VmState.Running)] = VmState.Suspended,
        [(VmVerb.Continue, VmState.Suspended)] = VmState.Running,

        [(VmVerb.Stop, VmState.Running)] = VmState.Stopped,
        [(VmVerb.Stop, VmState.Suspended)] = VmState.Stopped,

        [(VmVerb.Destroy, VmState.Created)] = VmState.Destroyed,
        [(VmVerb.Destroy, VmState.Running)] = VmState.Destroyed,
        [(VmVerb.Destroy, VmState.Suspended)] = VmState.Destroyed,
        [(VmVerb.Destroy, VmState.Stopped)] = VmState.Destroyed,
        [(VmVerb.Destroy, VmState.Failed)] = VmState.Destroyed,

        [(VmVerb.Checkpoint, VmState.Running)] = VmState.Running,
        [(VmVerb.Checkpoint, VmState.Suspended)] = VmState.Suspended,

        [(VmVerb.Resume, VmState.Stopped)] = VmState.Running,
        [(VmVerb.Resume, VmState.Failed)] = VmState.Running,

        [(VmVerb.RemoveCheckpoint, VmState.Running)] = VmState.Running,
        [(VmVerb.RemoveCheckpoint, VmState.Suspended)] = VmState.Suspended,
        [(VmVerb.RemoveCheckpoint, VmState.Stopped)] = VmState.Stopped,
        [(VmVerb.RemoveCheckpoint, VmState.Failed)] = VmState.Failed,

        [(VmVerb.Export, VmState.Stopped)] = VmState.Stopped,
        [(VmVerb.Export, VmState.Failed)] = VmState.Failed,

        [(VmVerb.GetStatus, VmState.Created)] = VmState.Created,
        [(VmVerb.GetStatus, VmState.Running)] = VmState.Running,
        [(VmVerb.GetStatus, VmState.Suspended)] = VmState.Suspended,
        [(VmVerb.GetStatus, VmState.Stopped)] = VmState.Stopped,
        [(VmVerb.GetStatus, VmState.Failed)] = VmState.Failed,
    }.ToFrozenDictionary();

    /// <summary>Where a verb leads from a state.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="state">The present state.</param>
    /// <returns>The state after it, or null when the verb is refused there.</returns>
    public static VmState? Next(VmVerb verb, VmState state) => Table.TryGetValue((verb, state), out var next) ? next : null;

    /// <summary>The states in which a verb is allowed.</summary>
    /// <param name="verb">The verb.</param>
    /// <returns>The states, in the order of the enumeration; empty for <see cref="VmVerb.Create"/> and <see cref="VmVerb.Import"/>, which need none.</returns>
    public static IReadOnlyList<VmState> AllowedIn(VmVerb verb) => [.. Enum.GetValues<VmState>().Where(state => Table.ContainsKey((verb, state)))];
}
