using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Platform.Files;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Qmp;
using DesktopGrid.VmSandbox.Qmp.Commands;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Migration;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Checkpoints;

/// <summary>
/// checkpoint: RAM, devices and disk of one instant, while the guest runs. The state goes under a temporary name, is synced, renamed, and
/// noted in the catalog last; what was kept under that name before stays until then, and one generation of it longer.
/// </summary>
internal static class CheckpointVerb
{
    // Of one name: the newest, and the one before, which serves where the newest turns out to be damaged.
    private const int Generations = 2;
    private const string PartExtension = ".part";

    private static readonly TimeSpan TidyBound = TimeSpan.FromSeconds(20);

    /// <summary>Takes one.</summary>
    /// <param name="services">What the verbs work with.</param>
    /// <param name="slot">The machine, entered.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="isLast">Whether the machine ends with it: then it may be one more than are kept otherwise, since it cannot be asked for again.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<VmCheckpoint> RunAsync(VmServices services, VmSlot slot, string name, bool isLast, CancellationToken cancellationToken)
    {
        CheckpointRecords.Check(name, slot.Id, VmVerb.Checkpoint);
        var row = services.Machines.Require(slot.Id);
        row.Demand(VmVerb.Checkpoint);
        var running = slot.Running ?? throw VmException.Busy(slot.Id, VmVerb.Checkpoint);
        CheckpointRecords.DemandOwnMemory(row, VmVerb.Checkpoint);
        DemandRoom(services, slot.Id, name, CheckpointLimits.MostOfMachine + (isLast ? Generations : 0));
        var id = VmId.New().ToString();
        var part = services.Layout.Checkpoint(row.Id, id) + PartExtension;
        CheckpointRow taken;
        try
        {
            taken = await KeepAsync(services, running, row, id, name, part, cancellationToken).ConfigureAwait(false);
        }
        catch (QmpException e) when (e.Code == SandboxErrorCode.MonitorDisconnected)
        {
            // A monitor that broke because QEMU died is told as the machine's end; without its monitor it is of no use either.
            await running.KillAsync().ConfigureAwait(false);
            throw VmException.Ended(slot.Id, VmVerb.Checkpoint, "checkpoint.monitor", $"Machine {slot.Id} ended while a checkpoint was taken.", await running.DescribeEndAsync().ConfigureAwait(false), e);
        }
        catch (Exception e) when (e is QmpException or IOException or UnauthorizedAccessException)
        {
            throw Fault(slot.Id, e);
        }
        finally
        {
            // What was renamed is no longer there.
            StoreLayout.Forget(part);
        }

        VmLog.CheckpointTaken(services.Logger, slot.Id, name, taken.Length);
        running.Log.Write(LogSource.Host, $"checkpoint {name}: {taken.Length} bytes");
        if (row.VmState() == VmState.Running)
        {
            // It stood for a moment; a hundred checkpoints would make seconds of it.
            running.Clock.Tell();
        }

        await RemoveOlderAsync(services, slot, name).ConfigureAwait(false);
        return taken.Describe();
    }

    private static async Task<CheckpointRow> KeepAsync(VmServices services, RunningVm running, MachineRow row, string id, string name, string part, CancellationToken cancellationToken)
    {
        var path = services.Layout.Checkpoint(row.Id, id);
        var state = await SaveAsync(services, running, row, id, part, cancellationToken).ConfigureAwait(false);
        try
        {
            VmLog.Step(services.Logger, row.Id, "checkpoint.saved");
            // The snapshot in it must be on the disk before the catalog names it.
            services.Platform.Files.FlushFile(services.Layout.Overlay(row.Id));
            VmLog.Step(services.Logger, row.Id, "checkpoint.flushed");
            services.Platform.Files.MoveDurably(part, path);
            // The machine's own folder was made by a verb that promised nothing for a cut of the power; from here on it is needed.
            services.Platform.Files.FlushFolder(services.Layout.Machines);
        }
        catch
        {
            StoreLayout.Forget(path);
            await DropInstantAsync(services, running, id).ConfigureAwait(false);
            throw;
        }

        VmLog.Step(services.Logger, row.Id, "checkpoint.named");
        var taken = new CheckpointRow
        {
            Id = id,
            MachineId = row.Id,
            Name = name,
            // As exact as the catalog keeps it.
            TakenAt = DateTimeOffset.FromUnixTimeMilliseconds(services.Time.GetUtcNow().ToUnixTimeMilliseconds()),
            Length = state.Length,
            StateBytes = state.StateBytes,
            Sha256 = state.Sha256,
            MachineType = row.MachineType!,
            CpuModel = row.CpuModel!,
            Accelerator = row.Accelerator!,
            QemuVersion = row.QemuVersion!,
        };
        CpuTimeNote.Write(services.Layout, row, running);
        services.Checkpoints.AddDurably(taken);
        VmLog.Step(services.Logger, row.Id, "checkpoint.noted");
        return taken;
    }

    /// <summary>The new one is whole and noted: whatever becomes of an old one is no failure of it, and its caller can no longer give it up.</summary>
    private static async Task RemoveOlderAsync(VmServices services, VmSlot slot, string name)
    {
        using var bound = new CancellationTokenSource(TidyBound, services.Time);
        foreach (var old in services.Checkpoints.Of(slot.Id.ToString()).Where(other => other.Name == name).Skip(Generations))
        {
            try
            {
                await RemoveCheckpointVerb.RemoveAsync(services, slot, old, bound.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SandboxException or OperationCanceledException)
            {
                VmLog.InstantNotForgotten(services.Logger, slot.Id, old.Name, e);
            }
        }
    }

    /// <summary>What the disk keeps for an instant that nobody will ever name would fill it a little more with each failure.</summary>
    private static async Task DropInstantAsync(VmServices services, RunningVm running, string id)
    {
        using var bound = new CancellationTokenSource(TidyBound, services.Time);
        try
        {
            await running.Qemu.Monitor.ExecuteAsync(BlockCommands.DeleteSnapshot(OverlayDisk.Node, CheckpointRecords.SnapshotOf(id)), bound.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is QmpException or OperationCanceledException)
        {
            // It is swept when the machine is next started or resumed; the failure before is the one to tell.
        }
    }

    private static async Task<StateFile> SaveAsync(VmServices services, RunningVm running, MachineRow row, string id, string path, CancellationToken cancellationToken)
    {
        var directory = services.Platform.RuntimeDirectories.Create(row.Id);
        // In it is everything that the guest had in memory.
        services.Platform.Files.MakeFile(path);
        StateFile? state = null;
        var begin = services.Time.GetTimestamp();
        await StateSource.SaveAsync(
            running.Qemu.Monitor,
            MachineWiring.State(services, directory),
            new DiskInstant(OverlayDisk.Node, CheckpointRecords.SnapshotOf(id)),
            row.VmState() == VmState.Running ? AfterSaving.GoesOn : AfterSaving.Stands,
            async (stream, token) => state = await StateFile.WriteAsync(stream, path, CheckpointLimits.MostStateBytes(row.MemoryMiB), services.Platform.Files, token).ConfigureAwait(false),
            step => VmLog.Step(services.Logger, row.Id, $"checkpoint.{step}"),
            services.Time,
            cancellationToken).ConfigureAwait(false);
        running.SavedBytesPerSecond = state!.StateBytes / Math.Max(services.Time.GetElapsedTime(begin).TotalSeconds, 0.001);
        return state;
    }

    private static void DemandRoom(VmServices services, VmId id, string name, int most)
    {
        var kept = services.Checkpoints.Of(id.ToString());
        if (kept.Count >= most && kept.Count(row => row.Name == name) < Generations)
        {
            throw new VmException(SandboxErrorCode.CheckpointFailed, $"Machine {id} has {kept.Count} checkpoints already, the most that are kept of one machine.")
            {
                Machine = id.ToString(),
                Verb = VmVerb.Checkpoint,
                Step = "checkpoint.room",
                Advice = "Remove one first, or take it under a name that there is.",
            };
        }
    }

    private static SandboxException Fault(VmId id, Exception cause) => DiskFull.Is(cause)
        ? new PlatformException(SandboxErrorCode.DiskFull, $"The checkpoint of machine {id} cannot be written: the disk is full. The machine goes on.", cause) { Machine = id.ToString(), Step = "checkpoint.write", IsTransient = true }
        : new VmException(SandboxErrorCode.CheckpointFailed, $"No checkpoint of machine {id} could be taken; it goes on. {(cause as SandboxException)?.Sentence ?? cause.Message}", cause) { Machine = id.ToString(), Verb = VmVerb.Checkpoint, Step = "checkpoint.save", IsTransient = true };
}
