using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Qmp.Commands;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>suspend and continue: QEMU's stop and cont.</summary>
internal static class PauseVerbs
{
    public static async Task SuspendAsync(VmServices services, VmSlot slot, CancellationToken cancellationToken)
    {
        var row = services.Machines.Require(slot.Id);
        row.Demand(VmVerb.Suspend);
        var running = slot.Running ?? throw LoadVerb.Busy(slot.Id, VmVerb.Suspend);
        await running.Qemu.Monitor.ExecuteAsync(RunStateCommands.Stop, cancellationToken).ConfigureAwait(false);
        services.Machines.Update(row with { State = nameof(VmState.Suspended) });
        running.Log.Write(LogSource.Host, "suspended");
    }

    public static async Task ContinueAsync(VmServices services, VmSlot slot, CancellationToken cancellationToken)
    {
        var row = services.Machines.Require(slot.Id);
        row.Demand(VmVerb.Continue);
        var running = slot.Running ?? throw LoadVerb.Busy(slot.Id, VmVerb.Continue);
        await running.Qemu.Monitor.ExecuteAsync(RunStateCommands.Continue, cancellationToken).ConfigureAwait(false);
        services.Machines.Update(row with { State = nameof(VmState.Running) });
        running.Log.Write(LogSource.Host, "continued");
    }
}
