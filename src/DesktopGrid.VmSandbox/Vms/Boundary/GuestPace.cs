using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Vms.Boundary;

/// <summary>
/// Whether a guest's clock runs as fast as the host's. A kernel that boots on a computer without time for it has been seen to set its clock so that it ran six to
/// eight times too fast, in two of some hundred boots beside ten busy programs: its programs' waits are that much shorter, and a template hands it on.
/// </summary>
internal static class GuestPace
{
    private const double Tolerance = 1.25;

    // What an answer may be late, and what a kernel counts before its clock is set.
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(500);

    /// <summary>Says what is wrong, or null when nothing is.</summary>
    /// <param name="guest">How long something took by the guest's clock.</param>
    /// <param name="host">How long it took at most by the host's.</param>
    public static VmException? Fault(TimeSpan guest, TimeSpan host) => guest <= (host * Tolerance) + Slack
        ? null
        : new VmException(SandboxErrorCode.CheckpointFailed, $"The guest counted {guest.TotalSeconds:0.0} s while {host.TotalSeconds:0.0} s passed: its clock was set wrongly while it booted.") { IsTransient = true, Advice = "Start it again, when the computer is less busy." };
}
