using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Standing;

/// <summary>
/// A suspension that nobody asked this machine for: its computer's owner needs the processors. The caller's own suspend and continue go on
/// meaning what they mean, and a machine that the caller has suspended is not let go on at its end.
/// </summary>
internal static class HoldVerb
{
    /// <summary>Within the slot's gate. What does not run is left alone.</summary>
    public static async Task HoldAsync(VmServices services, VmSlot slot, string reason, CancellationToken cancellationToken)
    {
        if (slot.Running is { } running && services.Machines.Find(slot.Id.ToString())?.VmState() == VmState.Running)
        {
            await SuspendVerb.RunAsync(services, slot, cancellationToken).ConfigureAwait(false);
            slot.IsHeld = true;
            running.Log.Write(LogSource.Host, $"held: {reason}");
        }
    }

    /// <summary>Within the slot's gate.</summary>
    public static async Task ReleaseAsync(VmServices services, VmSlot slot, CancellationToken cancellationToken)
    {
        if (slot.IsHeld && slot.Running is not null && services.Machines.Find(slot.Id.ToString())?.VmState() == VmState.Suspended)
        {
            await ContinueVerb.RunAsync(services, slot, cancellationToken).ConfigureAwait(false);
        }

        slot.IsHeld = false;
    }
}
