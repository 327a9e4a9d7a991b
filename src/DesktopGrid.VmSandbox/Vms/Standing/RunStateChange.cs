using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qmp;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Standing;

/// <summary>
/// What suspend and continue share: the table, the note of the new state, and the word for a QEMU that dies meanwhile. Who gives up does so before
/// QEMU is told: its answer takes milliseconds, and without it nobody would know whether the guest stands.
/// </summary>
internal static class RunStateChange
{
    public static async Task RunAsync(VmServices services, VmSlot slot, VmVerb verb, Func<RunningVm, Task> act, CancellationToken cancellationToken)
    {
        var row = services.Machines.Require(slot.Id);
        row.Demand(verb);
        var running = slot.Running ?? throw VmException.Busy(slot.Id, verb);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await act(running).ConfigureAwait(false);
        }
        catch (QmpException e) when (e.Code == SandboxErrorCode.MonitorDisconnected)
        {
            // A monitor that broke because QEMU died is told as the machine's end; without its monitor it is of no use either.
            await running.KillAsync().ConfigureAwait(false);
            throw VmException.Ended(slot.Id, verb, $"{verb.ToString().ToLowerInvariant()}.monitor", $"Machine {slot.Id} ended meanwhile.", await running.DescribeEndAsync().ConfigureAwait(false), e);
        }

        VmLog.Step(services.Logger, row.Id, $"{verb.ToString().ToLowerInvariant()}.done");
        var state = VmTransitions.Next(verb, row.VmState())!.Value;
        services.Machines.Update(row with { State = state.ToString() });
        VmLog.RunState(services.Logger, slot.Id, state);
        running.Log.Write(LogSource.Host, $"{verb.ToString().ToLowerInvariant()}: now {state}");
    }
}
