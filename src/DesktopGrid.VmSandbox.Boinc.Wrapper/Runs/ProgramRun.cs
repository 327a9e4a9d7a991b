using System.Globalization;
using DesktopGrid.VmSandbox.Boinc.GuestBridge;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Machines;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;

/// <summary>Runs the programs of a plan in a machine, from the one on that the guest says is its own.</summary>
/// <param name="parts">The run.</param>
/// <param name="machine">The machine.</param>
/// <param name="bridge">To an application that is linked with the BOINC API; null for others.</param>
/// <param name="fill">Lays the slot's files into the guest: before the first program, also where a quit came in the middle of that.</param>
internal sealed class ProgramRun(RunParts parts, TaskMachine machine, ApiBridge? bridge, Func<CancellationToken, Task> fill)
{
    private const string IdPrefix = "boinc-";

    // The client gives up after as many (client/app_control.cpp, "too many exit(0)s").
    private const int MostRestarts = 100;

    /// <summary>Which program runs, from 0.</summary>
    public int Index { get; private set; }

    /// <summary>Runs to the end of the last program, or to the first failure.</summary>
    /// <exception cref="SandboxException">The guest ended or does not answer.</exception>
    public async Task<RunEnd> RunAsync(CancellationToken cancellationToken)
    {
        var status = await machine.Session.GetTaskAsync(cancellationToken).ConfigureAwait(false);
        var begun = IndexOf(status.TaskId);
        if (begun is null)
        {
            await fill(cancellationToken).ConfigureAwait(false);
        }

        for (Index = begun ?? 0; Index < parts.Plan.Tasks.Count; Index++)
        {
            parts.Progress.Begin(Index);
            var program = parts.Plan.Tasks[Index];
            var ended = await OneAsync(program, isBegun: begun == Index, status.LastMessage, cancellationToken).ConfigureAwait(false);
            if (ended is not null)
            {
                return ended;
            }

            begun = null;
        }

        return new RunEnd.Finished(0);
    }

    /// <summary>Runs one program; null when the next may begin.</summary>
    private async Task<RunEnd?> OneAsync(PlannedTask program, bool isBegun, long lastMessage, CancellationToken cancellationToken)
    {
        for (var restarts = 0; restarts <= MostRestarts; restarts++)
        {
            if (!isBegun)
            {
                await StartAsync(program, cancellationToken).ConfigureAwait(false);
                lastMessage = 0;
            }

            isBegun = false;
            var status = await FollowAsync(lastMessage, cancellationToken).ConfigureAwait(false);
            var verdict = await new ProgramVerdict(parts.Plan, machine.Session).OfAsync(program, status, cancellationToken).ConfigureAwait(false);
            if (!verdict.IsToRunAgain)
            {
                return verdict.End;
            }

            parts.Tell($"{program.Name} has ended without saying that it is finished; it is started again");
        }

        return RunEnd.With(Slots.BoincExitCode.ChildFailed, $"{program.Name} has ended {MostRestarts} times without saying that it is finished");
    }

    private async Task StartAsync(PlannedTask program, CancellationToken cancellationToken)
    {
        if (program.FractionDoneFile is { } file)
        {
            // What an earlier program left there would count as this one's.
            await ForgetAsync(file, cancellationToken).ConfigureAwait(false);
        }

        parts.Tell($"running {program.Name} {string.Join(' ', program.Arguments)}");
        var id = string.Create(CultureInfo.InvariantCulture, $"{IdPrefix}{Index}");
        try
        {
            await machine.Session.StartAsync(program.ToRequest(id, bridge is null ? null : BridgeChannels.File), cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (SessionException e) when (e.Code is SandboxErrorCode.GuestTaskState)
        {
            // Kept while the guest was about to start it: a request of the process before this one.
            if ((await machine.Session.GetTaskAsync(cancellationToken).ConfigureAwait(false)).TaskId != id)
            {
                throw;
            }
        }

        if (bridge is not null)
        {
            await bridge.BeginAsync(parts.Task.Heartbeat, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<GuestTaskStatus> FollowAsync(long lastMessage, CancellationToken cancellationToken)
    {
        await foreach (var happened in machine.Session.FollowAsync(new TaskPosition(0, 0, lastMessage), cancellationToken).ConfigureAwait(false))
        {
            switch (happened)
            {
                case TaskMessage { Message: { Key: "fraction_done" } message } when double.TryParse(message.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var fraction) && double.IsFinite(fraction):
                    parts.Progress.Reach(fraction);
                    break;
                case TaskMessage { Message: var message } when bridge is not null:
                    await bridge.HearGuestAsync(message, cancellationToken).ConfigureAwait(false);
                    if (bridge.Status?.FractionDone is { } part)
                    {
                        parts.Progress.Reach(part);
                    }

                    break;
                case TaskEnded ended:
                    return ended.Status;
                default:
                    // Its output is in files of the guest.
                    break;
            }
        }

        throw new BoincException(SandboxErrorCode.MachineEnded, "The guest told no end of the program.") { IsTransient = true };
    }

    private async Task ForgetAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await machine.Session.DeleteAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (SessionException e) when (e.Code is SandboxErrorCode.GuestNotFound)
        {
            // As wanted.
        }
    }

    private int? IndexOf(string? taskId) =>
        taskId is not null && taskId.StartsWith(IdPrefix, StringComparison.Ordinal) && int.TryParse(taskId.AsSpan(IdPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < parts.Plan.Tasks.Count
            ? index
            : null;
}
