using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms.Checkpoints;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>
/// stop, with the work kept: a checkpoint if it fits into the time, else the last good one stands; then the end by the quickest way. One budget
/// bounds all of it, also where QEMU does not answer at all.
/// </summary>
internal static class KeepWorkVerb
{
    // For QEMU's end: it writes its disk's tables, and the kernel takes its memory back.
    private static readonly TimeSpan MostForEnd = TimeSpan.FromSeconds(5);

    // For a checkpoint to be undone whose caller has cancelled: a QEMU that is alive needs a blink.
    private static readonly TimeSpan MostForUndoing = TimeSpan.FromSeconds(3);

    // Where nothing was measured yet: what no disk and no zstd of these years exceeds. Only the hopeless is not tried.
    private const double BestBytesPerSecond = 2e9;

    public static void Check(VmId id, VmKeepWork keep)
    {
        CheckpointRecords.Check(keep.Name, id, VmVerb.Stop);
        ArgumentOutOfRangeException.ThrowIfLessThan(keep.Within, TimeSpan.FromMilliseconds(10), nameof(keep));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keep.Within, TimeSpan.FromHours(1), nameof(keep));
    }

    /// <summary>What is left for everything before QEMU's end.</summary>
    public static TimeSpan ForWork(Deadline budget) => Less(budget, 1);

    /// <summary>Runs the verb.</summary>
    /// <param name="services">What the verbs work with.</param>
    /// <param name="slot">The machine, entered.</param>
    /// <param name="name">The checkpoint's name.</param>
    /// <param name="budget">Began when the caller asked.</param>
    /// <param name="cancellationToken">Stops being patient, as with stop.</param>
    /// <returns>The new checkpoint; null where the last good one stands.</returns>
    public static async Task<VmCheckpoint?> RunAsync(VmServices services, VmSlot slot, string name, Deadline budget, CancellationToken cancellationToken)
    {
        var row = services.Machines.Require(slot.Id);
        row.Demand(VmVerb.Stop);
        var running = slot.Running ?? throw VmException.Busy(slot.Id, VmVerb.Stop);
        // Somebody waits for it, and it ends.
        running.StandBack(services.Platform.Finder, ProcessPriority.Normal);
        var before = services.Checkpoints.Of(row.Id);
        var (isWhole, why) = await TryKeepAsync(services, slot, row, running, before, name, budget, cancellationToken).ConfigureAwait(false);
        // One that was cancelled while it removed an older generation is whole.
        var kept = services.Checkpoints.Of(row.Id).FirstOrDefault(checkpoint => before.All(other => other.Id != checkpoint.Id));
        if (!isWhole && kept is null)
        {
            VmLog.NotKept(services.Logger, slot.Id, why);
            running.Log.Write(LogSource.Host, $"no new checkpoint: {why}");
        }

        using var quickly = Deadline.After(Less(budget, 0.5), services.Time).Enter(cancellationToken);
        await StopVerb.EndAsync(services, running, row.VmState(), TimeSpan.Zero, quickly.Token).ConfigureAwait(false);
        await StopVerb.NoteAsync(services, slot, running, row).ConfigureAwait(false);
        return kept?.Describe();
    }

    private static async Task<(bool IsWhole, string Why)> TryKeepAsync(VmServices services, VmSlot slot, MachineRow row, RunningVm running, IReadOnlyList<CheckpointRow> before, string name, Deadline budget, CancellationToken cancellationToken)
    {
        if (row.SharesMemory)
        {
            return (false, "it was made to share its memory, and takes no checkpoints");
        }

        if (Estimate(running, before) is var estimate && estimate > ForWork(budget))
        {
            return (false, $"it would take about {estimate.TotalSeconds:0.0} s, longer than there is");
        }

        using var enough = Deadline.After(ForWork(budget), services.Time).Enter(cancellationToken);
        var keeping = CheckpointVerb.RunAsync(services, slot, name, isLast: true, enough.Token);
        try
        {
            await ((Task)keeping).WaitAsync(enough.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!keeping.IsCompleted)
            {
                // It is being undone.
                var rest = Less(budget, 0.75);
                using var undoing = Deadline.After(cancellationToken.IsCancellationRequested && rest > MostForUndoing ? MostForUndoing : rest, services.Time).Enter(CancellationToken.None);
                await ((Task)keeping).WaitAsync(undoing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (!keeping.IsCompleted)
            {
                running.IsEnding = true;
                running.Measure();
                running.Qemu.Kill();
                // A disk that is slow may still be writing; what it is done with is kept, but the time is over.
                using var ending = Deadline.After(Less(budget, 0.5), services.Time).Enter(CancellationToken.None);
                await ((Task)keeping).WaitAsync(ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!keeping.IsCompleted)
                {
                    return (false, "the disk did not take it in time");
                }
            }

            await keeping.ConfigureAwait(false);
            return (true, "");
        }
        catch (OperationCanceledException)
        {
            return (false, cancellationToken.IsCancellationRequested ? "it was cancelled" : "it was not whole in time");
        }
        catch (SandboxException) when (running.IsEnding)
        {
            return (false, "QEMU did not answer in time");
        }
        catch (SandboxException e) when (!running.Qemu.Exited.IsCompleted)
        {
            return (false, e.Code.ToString());
        }
    }

    /// <summary>By the size and the speed of the last one where there was one, else by what QEMU has in memory and the best speed there is.</summary>
    private static TimeSpan Estimate(RunningVm running, IReadOnlyList<CheckpointRow> before)
    {
        var bytes = before is [var last, ..] ? last.StateBytes : running.Measure()?.ResidentBytes ?? 0;
        return TimeSpan.FromSeconds(bytes / (running.SavedBytesPerSecond ?? BestBytesPerSecond));
    }

    /// <summary>The budget's rest without so much of what belongs to QEMU's end.</summary>
    private static TimeSpan Less(Deadline budget, double share)
    {
        var end = budget.Limit / 4 < MostForEnd ? budget.Limit / 4 : MostForEnd;
        var left = budget.Remaining - (end * share);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
