using DesktopGrid.VmSandbox.Boinc.GuestBridge;
using DesktopGrid.VmSandbox.Boinc.InitData;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Guests;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Machines;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;

/// <summary>One run of a task: takes up its machine or makes it, lets its programs run, obeys the client, and brings the outputs home.</summary>
/// <param name="parts">The run.</param>
/// <param name="obedience">The client's words.</param>
/// <param name="host">The project's store.</param>
/// <param name="files">The slot's files.</param>
/// <param name="machineOptions">What a new machine shall be.</param>
/// <param name="result">The result's name.</param>
internal sealed class SandboxRun(RunParts parts, ClientObedience obedience, SandboxHost host, IReadOnlyList<SlotFile> files, VmOptions machineOptions, string result)
{
    // What a work unit without a bound of disk may bring home.
    private const long MostOutputBytes = 16L * 1024 * 1024 * 1024;
    private const int MostFailures = 3;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(60);

    private readonly CheckpointPace _pace = new(() => parts.Task.InitData?.CheckpointPeriod ?? TimeSpan.FromMinutes(10));

    private long MostBytes => parts.Task.InitData?.DiskBound is > 0 and < MostOutputBytes and var bound ? (long)bound : MostOutputBytes;

    /// <summary>Runs it.</summary>
    /// <param name="end">The client wants it to end: the work is kept then, or the machine removed, as it said.</param>
    /// <exception cref="SandboxException">It cannot begin, or the outputs cannot be brought home.</exception>
    public async Task<RunEnd> RunAsync(CancellationToken end)
    {
        var room = new MachineRoom(host, parts.Tell);
        var earlier = TaskRecord.Read(parts.Task.Slot, result);
        TaskMachine? machine = null;
        try
        {
            await room.SweepAsync(earlier?.Machine, end).ConfigureAwait(false);
            if (earlier?.Done is { } done)
            {
                // Ended between the outputs and the word that the task is finished.
                await room.RemoveAsync(earlier.Machine).ConfigureAwait(false);
                return new RunEnd.Finished(done);
            }

            machine = earlier is null ? null : await room.ResumeAsync(earlier, end).ConfigureAwait(false);
            machine ??= await room.StartAsync(machineOptions, parts.Task.Slot, result, NewRecord, end).ConfigureAwait(false);
            parts.Tell(machine.Kept is { } kept ? $"the machine goes on from what was kept at {kept.TakenAt:u}" : "the machine runs");
            return await InAsync(machine, end).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return machine is null ? await LeaveAsync(earlier, room).ConfigureAwait(false) : await LeaveAsync(machine).ConfigureAwait(false);
        }
        catch (SandboxException e) when (machine is not null && RunFailure.IsOfTheGuest(e))
        {
            return Failed(machine, e);
        }
        catch (SandboxException e) when (RunFailure.MayPass(e, hasWork: earlier is not null || machine is not null))
        {
            if (machine is not null)
            {
                await KeepAsync(machine, TimeSpan.Zero).ConfigureAwait(false);
            }

            return new RunEnd.Postponed(RetryDelay, e.Sentence);
        }
        catch (SandboxException) when (machine is not null)
        {
            // An error for good: its machine is of no use to anybody.
            await room.RemoveAsync(machine.Record.Machine).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<RunEnd> InAsync(TaskMachine machine, CancellationToken end)
    {
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(end);
        var bridge = parts.Plan.HasApi ? Bridge(machine) : null;
        obedience.Bridge = bridge;
        var program = new ProgramRun(parts, machine, bridge, cancelled => FillAsync(machine, cancelled));
        var watch = new TaskWatch(parts, machine, program, bridge, obedience);
        var keeping = new CheckpointKeeper(parts, machine, watch, _pace);
        var beside = Task.WhenAll(watch.RunAsync(watching.Token), parts.Switch.FollowAsync(machine, watching.Token), keeping.RunAsync(watching.Token));
        try
        {
            var verdict = await program.RunAsync(end).ConfigureAwait(false);
            // Nothing is kept any more: what comes now is the end.
            await keeping.DisposeAsync().ConfigureAwait(false);
            if (verdict is RunEnd.Postponed)
            {
                await KeepAsync(machine, TimeSpan.Zero).ConfigureAwait(false);
                return verdict;
            }

            return await new HomeComing(parts, host, MostBytes).OfAsync(machine, verdict, end).ConfigureAwait(false);
        }
        finally
        {
            await watching.CancelAsync().ConfigureAwait(false);
            await beside.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await keeping.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The client's word came before there was a machine.</summary>
    private async Task<RunEnd> LeaveAsync(TaskRecord? earlier, MachineRoom room)
    {
        if (obedience.Wanted is RunEnd.Aborted && earlier is not null)
        {
            await room.RemoveAsync(earlier.Machine).ConfigureAwait(false);
        }

        return obedience.Wanted ?? new RunEnd.Kept();
    }

    private async Task<RunEnd> LeaveAsync(TaskMachine machine)
    {
        if (obedience.Wanted is RunEnd.Aborted)
        {
            await new MachineRoom(host, parts.Tell).RemoveAsync(machine.Record.Machine).ConfigureAwait(false);
            return obedience.Wanted;
        }

        await KeepAsync(machine, obedience.Since).ConfigureAwait(false);
        return obedience.Wanted ?? new RunEnd.Kept();
    }

    /// <summary>Keeps the work and ends the machine. That it could not be kept is no failure of the task: what was kept before stands.</summary>
    private async Task KeepAsync(TaskMachine machine, TimeSpan used)
    {
        try
        {
            var isKept = await machine.QuitAsync(used, CancellationToken.None).ConfigureAwait(false);
            parts.Tell(isKept ? "the work is kept" : "there was no time to keep the work of now; what was kept before stands");
        }
        catch (SandboxException e)
        {
            parts.Tell($"the work of now could not be kept, and what was kept before stands: {e.Sentence}");
        }
    }

    /// <summary>The guest ended under its program: from what was kept, it is tried again, but not for ever.</summary>
    private RunEnd Failed(TaskMachine machine, SandboxException e)
    {
        var last = TaskRecord.Read(parts.Task.Slot, result) ?? machine.Record;
        var record = last with { Failures = last.Failures + 1 };
        record.Write(parts.Task.Slot);
        parts.Tell(e.Message);
        return record.Failures < MostFailures
            ? new RunEnd.Postponed(RetryDelay, $"the sandbox ended by itself: {e.Sentence}")
            : RunEnd.With(BoincExitCode.ChildFailed, $"the sandbox has ended by itself {record.Failures} times");
    }

    private async Task FillAsync(TaskMachine machine, CancellationToken end)
    {
        await new GuestSlot(machine.Session, MostBytes).PutAsync(parts.Plan, files, end).ConfigureAwait(false);
        if (parts.Plan.HasApi && parts.Task.InitData is { } data)
        {
            await Sessions.SandboxSessionExtensions.PutTextAsync(machine.Session, SlotFiles.InitData, InitDataOf(data), cancellationToken: end).ConfigureAwait(false);
        }
    }

    private ApiBridge Bridge(TaskMachine machine) => new(
        machine.Session,
        new TrickleBridge(parts.Task, machine.Session, machine.Record.Outputs, MostBytes, parts.Tell),
        () => parts.Task.InitData is { } data ? InitDataOf(data) : "");

    private string InitDataOf(AppInitData data) =>
        GuestInitData.Write(data, machineOptions.VirtualCpus, machineOptions.MemoryMiB, GuestPaths.Work, GuestPaths.Work);

    private TaskRecord NewRecord(string machine) => new()
    {
        Result = result,
        Machine = machine,
        EarlierCpuSeconds = parts.Task.InitData?.EarlierCpuTime.TotalSeconds ?? 0,
        Inputs = [.. files.Where(static file => !file.IsOutput).Select(static file => file.LogicalName)],
        Outputs = files.Where(static file => file.IsOutput).ToDictionary(static file => file.LogicalName, static file => file.PhysicalPath, StringComparer.Ordinal),
    };
}
