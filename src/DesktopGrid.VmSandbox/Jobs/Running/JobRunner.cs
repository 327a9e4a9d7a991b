using System.Diagnostics;
using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;
using DesktopGrid.VmSandbox.Vms.Boundary;

namespace DesktopGrid.VmSandbox.Jobs.Running;

/// <summary>Runs one job from its first to its last phase: create, start (and the wait for room before), put, run, get, destroy. For one use.</summary>
internal sealed class JobRunner(SandboxJob job, IRunningMachines machines, Func<IRunningMachine, IDiskSession> sessions, JobTable jobs, JobTelemetry telemetry, StringComparer fileNames, TimeProvider time, CancellationToken hostClosing)
{
    private readonly string _id = Guid.NewGuid().ToString("N");
    private TaskFate _fate = TaskFate.NeverStarted;
    private IRunningMachine? _machine;
    private VmId? _vm;
    private ProgramWatch? _watch;
    private JobResult? _result;

    public async Task<JobResult> RunAsync(IProgress<JobProgress>? progress, Func<TaskOutput, ValueTask>? onOutput, CancellationToken cancellationToken)
    {
        JobCheck.Demand(job, fileNames);
        await JobCheck.DemandReadableAsync(job, cancellationToken).ConfigureAwait(false);
        using var activity = telemetry.Activities.StartActivity("vmsandbox.job");
        activity?.SetTag("vmsandbox.job.program", job.Program);
        telemetry.LogBegan(_id);
        var clock = new JobClock(progress, telemetry.Activities, time);
        var outcome = "failed";
        using var given = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, hostClosing);
        try
        {
            var result = await WorkAsync(clock, onOutput, given.Token).ConfigureAwait(false);
            outcome = "ended";
            telemetry.LogEnded(_id, clock.Elapsed.TotalSeconds, result.ExitCode, result.Signal);
            return result;
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            outcome = "cancelled";
            telemetry.LogCancelled(_id, clock.Phase);
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
        catch (Exception) when (_watch?.CallerFault is not null)
        {
            _watch.CallerFault.Throw();
            throw;
        }
        catch (Exception e) when (e is SandboxException or OperationCanceledException)
        {
            var told = await ExplainAsync(e, clock.Phase).ConfigureAwait(false);
            activity?.SetStatus(ActivityStatusCode.Error, told.Message);
            telemetry.LogFailed(_id, clock.Phase, told.Code, told.Fate);
            throw told;
        }
        finally
        {
            await RemoveAsync().ConfigureAwait(false);
            telemetry.Record(outcome, clock.Elapsed, clock.CpuTime);
        }
    }

    private async Task<JobResult> WorkAsync(JobClock clock, Func<TaskOutput, ValueTask>? onOutput, CancellationToken cancellationToken)
    {
        var (inputs, outputs) = (new JobInputs(job, machines, clock, time), new JobOutputs(job, machines, clock, time));
        var vm = await clock.MeasureAsync(JobPhase.Create, async () =>
        {
            var made = await machines.CreateAsync(job.Machine with { IsTemporary = true }, cancellationToken).ConfigureAwait(false);
            // Known at once: what fails from here on has a machine to remove.
            (_vm, clock.Machine) = (made, made);
            await inputs.MakeDiskAsync(made, cancellationToken).ConfigureAwait(false);
            await outputs.MakeDiskAsync(made, cancellationToken).ConfigureAwait(false);
            return made;
        }).ConfigureAwait(false);
        await clock.MeasureAsync(JobPhase.Start, () => machines.StartAsync(vm, clock.Queue, cancellationToken)).ConfigureAwait(false);
        // A grid's client may have suspended it already, and lets it continue some day.
        _machine = await machines.RequireRunningAsync(vm, acceptSuspended: true, cancellationToken).ConfigureAwait(false);
        // A guest that has gone answers nothing: whatever waits for it is woken.
        using var alive = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _machine.Ended);
        if (job.Limits.CpuSharePercent is { } percent)
        {
            await machines.SetCpuShareAsync(vm, percent, cancellationToken).ConfigureAwait(false);
        }

        var session = sessions(_machine);
        var watch = _watch = new ProgramWatch(job.Limits, _machine, clock, onOutput, job.FractionDone);

        await clock.MeasureAsync(JobPhase.Put, () => inputs.PutAsync(_machine, session, alive.Token)).ConfigureAwait(false);
        // Asked before: after the program's end nothing may come between it and its result.
        var status = await machines.GetStatusAsync(vm, cancellationToken).ConfigureAwait(false);
        var ended = await clock.MeasureAsync(JobPhase.Run, () => ProgramAsync(session, watch, vm, alive.Token)).ConfigureAwait(false);
        // Kept from here on: what fails now shall not hide how the program ended.
        _result = ResultMaker.Make(ended, watch, status, outputs.Taken, clock.Phases);
        ResultMaker.DemandWithin(ended, job);
        await clock.MeasureAsync(JobPhase.Get, () => outputs.GetAsync(_machine, session, alive.Token)).ConfigureAwait(false);
        await clock.MeasureAsync(JobPhase.Destroy, () => machines.DestroyAsync(vm, cancellationToken)).ConfigureAwait(false);
        return _result;
    }

    private async Task<GuestTaskStatus> ProgramAsync(IDiskSession session, ProgramWatch watch, VmId vm, CancellationToken cancellationToken)
    {
        var row = new JobRow(_id, vm.ToString(), job.Program, job.Machine.Labels, TaskFate.MayHaveRun, time.GetUtcNow(), null, null);
        // Written before the request: if this process dies now, the next one is not to believe that the program never ran.
        jobs.Save(row);
        _fate = TaskFate.MayHaveRun;
        await StartAsync(session, cancellationToken).ConfigureAwait(false);
        var ended = await watch.RunAsync(session, RemoveMachineAsync, cancellationToken).ConfigureAwait(false);
        _fate = TaskFate.Ended;
        try
        {
            jobs.Save(row with { Fate = TaskFate.Ended, EndedAt = time.GetUtcNow(), ExitCode = ended.ExitCode });
        }
        catch (CatalogException e)
        {
            // Only whoever comes after a crash would have read it: the result is worth more.
            telemetry.LogEndNotNoted(_id, e);
        }

        return ended;
    }

    private async Task StartAsync(ISandboxSession session, CancellationToken cancellationToken)
    {
        var request = new TaskStartRequest
        {
            TaskId = _id,
            Program = job.Program,
            Arguments = job.Arguments,
            Environment = job.Environment,
            Directory = job.Directory,
            UseStandardInput = job.StandardInput is not null,
            OutputBytes = job.Limits.StandardOutputBytes,
            Processes = job.Limits.Processes,
        };
        var stdin = job.StandardInput is null ? null : await JobInputs.OpenAsync(job.StandardInput, cancellationToken).ConfigureAwait(false);
        await using var scope = (stdin ?? Stream.Null).ConfigureAwait(false);
        try
        {
            await session.StartAsync(request, stdin, cancellationToken).ConfigureAwait(false);
        }
        catch (SessionException e)
        {
            _fate = e.Fate ?? TaskFate.MayHaveRun;
            throw;
        }
        catch (IOException e)
        {
            throw JobException.Unreadable(job.StandardInput!, e);
        }
    }

    /// <summary>The cause with the job's knowledge: a machine that ended explains every failure that came of it.</summary>
    private async Task<JobException> ExplainAsync(Exception cause, JobPhase phase)
    {
        var isOver = _machine is { Ended.IsCancellationRequested: true } || cause is SessionException { Code: SandboxErrorCode.MachineEnded };
        var end = isOver && _machine is not null ? await _machine.DescribeEndAsync().ConfigureAwait(false) : null;
        var told = cause switch
        {
            JobException own when end is null || own.Code == SandboxErrorCode.JobLimitExceeded => own,
            OperationCanceledException when hostClosing.IsCancellationRequested => JobException.From(new VmException(SandboxErrorCode.MachineEnded, "The host was closed in the middle of the job.", cause), phase, _fate, null),
            SandboxException sandbox => JobException.From(sandbox, phase, _fate, end),
            _ => JobException.From(new VmException(SandboxErrorCode.MachineEnded, "The machine ended.", cause), phase, _fate, end),
        };
        (told.Machine, told.Result) = (_vm?.ToString(), _result);
        return told;
    }

    /// <summary>
    /// Leaving scope leaves nothing behind, whatever went wrong before. What cannot be removed now is swept when the store is next opened; it
    /// must not hide what went wrong before.
    /// </summary>
    private async Task RemoveAsync()
    {
        if (_vm is null)
        {
            return;
        }

        await RemoveMachineAsync().ConfigureAwait(false);
        try
        {
            // Its caller is told now.
            jobs.Remove(_id);
        }
        catch (Exception e) when (e is SandboxException or ObjectDisposedException)
        {
            Activity.Current?.AddException(e);
            telemetry.LogNotRemoved(_id, e);
        }
    }

    private async Task RemoveMachineAsync()
    {
        try
        {
            await machines.DestroyAsync(_vm!.Value, CancellationToken.None).ConfigureAwait(false);
        }
        catch (VmException e) when (e.Code == SandboxErrorCode.MachineUnknown)
        {
            // Removed already, in the job's own last phase, or when its program was to end.
        }
        catch (Exception e) when (e is SandboxException or ObjectDisposedException)
        {
            Activity.Current?.AddException(e);
            telemetry.LogNotRemoved(_id, e);
        }
    }
}
