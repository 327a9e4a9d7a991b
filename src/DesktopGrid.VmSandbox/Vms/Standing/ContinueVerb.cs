using DesktopGrid.VmSandbox.Qmp.Commands;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Standing;

/// <summary>continue: QEMU's cont; the guest is told the time of day behind the caller's back.</summary>
internal static class ContinueVerb
{
    public static Task RunAsync(VmServices services, VmSlot slot, CancellationToken cancellationToken) => RunStateChange.RunAsync(
        services,
        slot,
        VmVerb.Continue,
        async running =>
        {
            await running.Qemu.Monitor.ExecuteAsync(RunStateCommands.Continue, CancellationToken.None).ConfigureAwait(false);
            running.GuestTime.GoOn();
            running.Clock.Tell();
        },
        cancellationToken);
}
