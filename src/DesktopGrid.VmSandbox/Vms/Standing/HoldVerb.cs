using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Qmp.Commands;
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
        if (slot.Running is { } running && services.Machines.Find(slot.Id.ToString()) is { } row && row.VmState() == VmState.Running)
        {
            // Before: QEMU may stand although its answer was not heard, or this process may end with it.
            slot.IsHeld = true;
            services.Machines.Update(row with { IsHeld = true });
            await SuspendVerb.RunAsync(services, slot, cancellationToken).ConfigureAwait(false);
            running.Log.Write(LogSource.Host, $"held: {reason}");
        }
    }

    /// <summary>Within the slot's gate.</summary>
    public static async Task ReleaseAsync(VmServices services, VmSlot slot, CancellationToken cancellationToken)
    {
        if (slot.IsHeld && slot.Running is { } running)
        {
            switch (services.Machines.Find(slot.Id.ToString())?.VmState())
            {
                case VmState.Suspended:
                    await ContinueVerb.RunAsync(services, slot, cancellationToken).ConfigureAwait(false);
                    break;
                case VmState.Running:
                    // The hold did not come to its end: QEMU stands, or does not, and is let go on in either case.
                    await running.Qemu.Monitor.ExecuteAsync(RunStateCommands.Continue, CancellationToken.None).ConfigureAwait(false);
                    running.GuestTime.GoOn();
                    break;
            }
        }

        Forget(services, slot);
    }

    /// <summary>Within the slot's gate: if it stands, its caller wants it so from now on.</summary>
    public static void Forget(VmServices services, VmSlot slot)
    {
        slot.IsHeld = false;
        if (services.Machines.Find(slot.Id.ToString()) is { IsHeld: true } row)
        {
            services.Machines.Update(row with { IsHeld = false });
        }
    }
}
