using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Checkpoints;
using DesktopGrid.VmSandbox.Vms.Running;
using DesktopGrid.VmSandbox.Vms.Travel;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>The verbs about instants of machines, by the same door.</summary>
internal sealed partial class VmManager
{
    public async Task<VmCheckpoint> CheckpointAsync(VmId id, string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        // Before room is made for what cannot be.
        CheckpointRecords.DemandOwnMemory(services.Machines.Require(id), VmVerb.Checkpoint);
        // The last one says how large the next will be.
        await Space.DemandAsync(VmVerb.Checkpoint, id, services.Checkpoints.Of(id.ToString()) is [var last, ..] ? last.Length : 0, cancellationToken).ConfigureAwait(false);
        using var entered = await EnterLoadedAsync(id, VmVerb.Checkpoint, cancellationToken).ConfigureAwait(false);
        VmCheckpoint taken = null!;
        await UntilClosedAsync(async token => taken = await CheckpointVerb.RunAsync(services, Slot(id), name, isLast: false, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return taken;
    }

    public async Task<VmCheckpoint> ResumeAsync(VmId id, string? name = null, CancellationToken cancellationToken = default)
    {
        using var share = await TakeShareAsync(id, VmVerb.Resume, static _ => { }, cancellationToken).ConfigureAwait(false);
        using var entered = await EnterSettledAsync(id, VmVerb.Resume, cancellationToken).ConfigureAwait(false);
        VmCheckpoint resumed = null!;
        await UntilClosedAsync(async token => resumed = await ResumeVerb.RunAsync(services, Slot(id), name, Watch(id), token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        Slot(id).Share = share.HandOn();
        return resumed;
    }

    public Task<IReadOnlyList<VmCheckpoint>> ListCheckpointsAsync(VmId id, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        cancellationToken.ThrowIfCancellationRequested();
        services.Machines.Require(id);
        return Task.FromResult<IReadOnlyList<VmCheckpoint>>([.. services.Checkpoints.Of(id.ToString()).Select(CheckpointRecords.Describe)]);
    }

    public async Task RemoveCheckpointAsync(VmId id, string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        using var entered = await EnterLoadedAsync(id, VmVerb.RemoveCheckpoint, cancellationToken).ConfigureAwait(false);
        await RemoveCheckpointVerb.RunAsync(services, Slot(id), name, cancellationToken).ConfigureAwait(false);
    }

    public async Task ExportCheckpointAsync(VmId id, string? name, Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using var entered = await EnterLoadedAsync(id, VmVerb.Export, cancellationToken).ConfigureAwait(false);
        await UntilClosedAsync(token => ExportVerb.RunAsync(services, Slot(id), name, destination, token), cancellationToken).ConfigureAwait(false);
    }

    public async Task<VmId> ImportCheckpointAsync(Stream source, VmImportOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        VmId imported = default;
        await UntilClosedAsync(async token => imported = await ImportVerb.RunAsync(services, source, options ?? new VmImportOptions(), bytes => Space.DemandAsync(VmVerb.Import, null, bytes, token), token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return imported;
    }

    public async Task<VmCheckpoint?> QuitAsync(VmId id, VmKeepWork? keep = null, CancellationToken cancellationToken = default)
    {
        keep ??= new VmKeepWork();
        KeepWorkVerb.Check(id, keep);
        var budget = Deadline.After(keep.Within, services.Time);
        VmSlot.Entered entered;
        try
        {
            using var patience = Deadline.After(KeepWorkVerb.ForWork(budget), services.Time).Enter(cancellationToken);
            entered = await EnterLoadedAsync(id, VmVerb.Stop, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time may have gone while this computer did something else: where nobody has the machine in hand, it is stopped all the same.
            if (await TryEnterRunningAsync(id).ConfigureAwait(false) is not { } free)
            {
                return await EndUnderAnotherAsync(id, budget, cancellationToken).ConfigureAwait(false);
            }

            entered = free;
        }

        using (entered)
        {
            VmCheckpoint? kept = null;
            await UntilClosedAsync(async token => kept = await KeepWorkVerb.RunAsync(services, Slot(id), keep.Name, budget, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            return kept;
        }
    }

    /// <summary>Stops, with their work kept, all machines that this process runs and that were not told to outlive it; those of jobs are their jobs' affair.</summary>
    public async Task<IReadOnlyDictionary<VmId, VmCheckpoint?>> QuitAsync(VmKeepWork keep, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        KeepWorkVerb.Check(default, keep);
        var meant = _slots.Values.Where(slot => slot.Running is not null && services.Machines.Find(slot.Id.ToString()) is { OutlivesHost: false, IsTemporary: false }).Select(static slot => slot.Id).ToList();
        // Each on a thread of its own from its first step: none waits for another to come as far as its first wait.
        var kept = await Task.WhenAll(meant.Select(id => Task.Run(() => KeepAsync(id), CancellationToken.None))).ConfigureAwait(false);
        return meant.Zip(kept).ToDictionary();

        async Task<VmCheckpoint?> KeepAsync(VmId id)
        {
            try
            {
                return await QuitAsync(id, keep, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SandboxException || (e is OperationCanceledException && cancellationToken.IsCancellationRequested))
            {
                VmLog.NotKept(services.Logger, id, (e as SandboxException)?.Code.ToString() ?? "it was cancelled");
                return null;
            }
        }
    }

    /// <summary>One that is to be pruned; false where it is gone, or has become what the machine needs.</summary>
    private async Task<bool> RemovePrunedAsync(StoreItem item, CancellationToken cancellationToken)
    {
        var id = VmId.Parse(item.Machine!);
        using var entered = await EnterLoadedAsync(id, VmVerb.RemoveCheckpoint, cancellationToken).ConfigureAwait(false);
        var kept = services.Checkpoints.Of(item.Machine!);
        if (kept.FirstOrDefault(checkpoint => checkpoint.Id == item.Id) is not { } meant || (kept[0] == meant && (!item.IsInUse || Slot(id).Running is not null)))
        {
            return false;
        }

        await RemoveCheckpointVerb.RunAsync(services, Slot(id), [meant], cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Enters a machine that runs and that nobody has in hand; null otherwise, as for one that has just ended by itself, whose end is to be noted first.</summary>
    private async Task<VmSlot.Entered?> TryEnterRunningAsync(VmId id)
    {
        if (await Slot(id).TryEnterAsync().ConfigureAwait(false) is not { } entered)
        {
            return null;
        }

        if (Slot(id).Running is { Qemu.Exited.IsCompleted: false })
        {
            return entered;
        }

        entered.Dispose();
        return null;
    }

    /// <summary>Another verb has the machine for longer than there is time: it loses its QEMU, and writes down that it did.</summary>
    private async Task<VmCheckpoint?> EndUnderAnotherAsync(VmId id, Deadline budget, CancellationToken cancellationToken)
    {
        RunningPart(id)?.Qemu.Kill();
        VmLog.NotKept(services.Logger, id, "it could not be taken in hand in time");
        try
        {
            using var bound = budget.Enter(cancellationToken);
            using var entered = await EnterAsync(id, bound.Token).ConfigureAwait(false);
            return services.Machines.Require(id).VmState() is VmState.Running or VmState.Suspended ? throw VmException.Busy(id, VmVerb.Stop) : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw VmException.Busy(id, VmVerb.Stop);
        }
    }
}
