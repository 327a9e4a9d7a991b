using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Checkpoints;

/// <summary>
/// Removes from a machine's disk the instants of checkpoints that there are not: a host that was killed between the instant and its row has left
/// one, and each would keep what the disk was then for as long as the machine lives. Just before a QEMU is started on the disk, when none has it
/// open and its tool is known; a machine that nobody starts again goes with its disk.
/// </summary>
internal static class InstantSweep
{
    // A QEMU that was taken over may have written as many as there may be; each is a run of QEMU's tool.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    /// <summary>Removes them. What cannot be removed stays until the next time: it is no reason not to start.</summary>
    public static async Task RunAsync(VmServices services, MachineLaunch launch, CancellationToken cancellationToken)
    {
        var (machine, disk) = (launch.Row.Id, launch.Spec.Disk!);
        using var bound = Deadline.After(Bound, services.Time).Enter(cancellationToken);
        try
        {
            var kept = services.Checkpoints.Of(machine).Select(CheckpointRecords.Snapshot).ToHashSet(StringComparer.Ordinal);
            foreach (var instant in Qcow2Snapshots.Names(disk.OverlayPath).Distinct(StringComparer.Ordinal).Where(name => CheckpointRecords.IsSnapshot(name) && !kept.Contains(name)))
            {
                await RemoveAsync(services, launch, instant, bound.Token).ConfigureAwait(false);
            }
        }
        catch (ImageException e)
        {
            VmLog.InstantNotForgotten(services.Logger, VmId.Parse(machine), "that was not finished", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            VmLog.InstantNotForgotten(services.Logger, VmId.Parse(machine), "that was not finished", e);
        }
    }

    private static async Task RemoveAsync(VmServices services, MachineLaunch launch, string instant, CancellationToken cancellationToken)
    {
        var machine = launch.Row.Id;
        VmLog.Swept(services.Logger, "disk's instant of a checkpoint that was not finished", machine);
        try
        {
            await services.ImageTool.DeleteAsync(launch.Installation, machine, launch.Spec.Disk!, instant, cancellationToken).ConfigureAwait(false);
        }
        catch (SandboxException e)
        {
            VmLog.InstantNotForgotten(services.Logger, VmId.Parse(machine), "that was not finished", e);
        }
    }
}
