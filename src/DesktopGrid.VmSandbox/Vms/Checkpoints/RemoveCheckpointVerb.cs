using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Qmp;
using DesktopGrid.VmSandbox.Qmp.Commands;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Checkpoints;

/// <summary>Removes a checkpoint of every generation, whether the machine runs or not. Can be repeated.</summary>
internal static class RemoveCheckpointVerb
{
    public static Task RunAsync(VmServices services, VmSlot slot, string name, CancellationToken cancellationToken)
    {
        services.Machines.Require(slot.Id).Demand(VmVerb.RemoveCheckpoint);
        return RunAsync(services, slot, [.. services.Checkpoints.From(slot.Id, name, VmVerb.RemoveCheckpoint).Where(checkpoint => checkpoint.Name == name)], cancellationToken);
    }

    /// <summary>Removes these of a machine.</summary>
    public static async Task RunAsync(VmServices services, VmSlot slot, IReadOnlyList<CheckpointRow> meant, CancellationToken cancellationToken)
    {
        var row = services.Machines.Require(slot.Id);
        row.Demand(VmVerb.RemoveCheckpoint);
        var isOurs = slot.Lock is not null;
        slot.Lock ??= await MachineLock.TakeAsync(services.Layout.Lock(row.Id), services.Time, cancellationToken).ConfigureAwait(false) ?? throw VmException.Busy(slot.Id, VmVerb.RemoveCheckpoint);
        try
        {
            foreach (var checkpoint in meant)
            {
                await RemoveAsync(services, slot, checkpoint, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            if (!isOurs)
            {
                await slot.ReleaseAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>The row first: what has none is swept by the next opening of the store, and a row without its parts would be a lie.</summary>
    public static async Task RemoveAsync(VmServices services, VmSlot slot, CheckpointRow checkpoint, CancellationToken cancellationToken)
    {
        services.Checkpoints.RemoveDurably(checkpoint.Id);
        VmLog.Step(services.Logger, checkpoint.MachineId, "remove.unnoted");
        try
        {
            File.Delete(services.Layout.Checkpoint(checkpoint.MachineId, checkpoint.Id));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, $"The file of checkpoint {checkpoint.Name} of machine {checkpoint.MachineId} cannot be removed");
        }

        VmLog.Step(services.Logger, checkpoint.MachineId, "remove.deleted");
        await ForgetInstantAsync(services, slot, checkpoint, cancellationToken).ConfigureAwait(false);
        VmLog.CheckpointRemoved(services.Logger, slot.Id, checkpoint.Name);
    }

    /// <summary>Frees what the disk keeps for it; by QEMU where it has the disk, and by its tool where nobody has.</summary>
    private static async Task ForgetInstantAsync(VmServices services, VmSlot slot, CheckpointRow checkpoint, CancellationToken cancellationToken)
    {
        try
        {
            if (slot.Running is { } running)
            {
                await running.Qemu.Monitor.ExecuteAsync(BlockCommands.DeleteSnapshot(OverlayDisk.Node, checkpoint.Snapshot()), cancellationToken).ConfigureAwait(false);
            }
            else
            {
                var image = services.Images.Open(services.Machines.Require(slot.Id).ImageId);
                var overlay = services.Layout.Overlay(checkpoint.MachineId);
                BackingChain.Check(overlay, services.Layout.Root);
                var installation = await services.Selector.FindAsync(cancellationToken).ConfigureAwait(false);
                await services.ImageTool.DeleteAsync(installation, checkpoint.MachineId, new OverlayDisk(overlay, image.BasePath, "qcow2"), checkpoint.Snapshot(), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is QmpException { Code: SandboxErrorCode.MonitorCommandFailed } or QemuException or ImageException)
        {
            // The disk has no such instant, or cannot be written at this moment (a QEMU that stands after a checkpoint has given it up): what
            // it keeps for an instant that nobody names is swept when the machine is next started or resumed.
            VmLog.InstantNotForgotten(services.Logger, slot.Id, checkpoint.Name, e);
        }
    }
}
