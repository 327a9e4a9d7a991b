using DesktopGrid.VmSandbox.Qmp.Commands;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Standing;

/// <summary>suspend: QEMU's stop. The guest's time stands with its virtual CPUs.</summary>
internal static class SuspendVerb
{
    public static Task RunAsync(VmServices services, VmSlot slot, CancellationToken cancellationToken) => RunStateChange.RunAsync(
        services,
        slot,
        VmVerb.Suspend,
        async running =>
        {
            await running.Qemu.Monitor.ExecuteAsync(RunStateCommands.Stop, CancellationToken.None).ConfigureAwait(false);
            running.GuestTime.Stand();
        },
        cancellationToken);
}
