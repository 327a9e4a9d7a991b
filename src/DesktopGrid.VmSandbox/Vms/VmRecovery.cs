using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Vms;

/// <summary>What became of one machine that had failed and has a checkpoint.</summary>
/// <param name="Machine">Which.</param>
/// <param name="Checkpoint">What it goes on from; null where it does not.</param>
/// <param name="Failure">Why it does not; null where it does. It is as it was before.</param>
public sealed record VmRecovery(VmId Machine, VmCheckpoint? Checkpoint, SandboxException? Failure);
