using System.Diagnostics;
using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Jobs;

/// <summary>Runs one job from its first to its last phase: create, start, put, run, get, destroy. For one use.</summary>
internal sealed class JobRunner(SandboxJob job, VmManager machines, Func<IRunningMachine, ISandboxSession> sessions, JobTable jobs, JobTelemetry telemetry, TimeProvider time)
{
    private readonly string _id = Guid.NewGuid().ToString("N");
    private TaskFate _fate = TaskFate.NeverStarted;
    private IRunningMachine? _machine;
    private VmId? _vm;

    public async Task<JobResult> RunAsync(IProgress<JobProgress>? progress, Func<TaskOutput, ValueTask>? onOutput, CancellationToken cancellationToken)
    {
        JobCheck.Demand(job);
        using var activity = telemetry.Activities.StartActivity("vmsandbox.job");
        activity?.SetTag("vmsandbox.job.program", job.Program);
        var clock = new JobClock(progress, telemetry.Activities, time);
        var outcome = "failed";
        try
        {
            var result = await WorkAsync(clock, onOutput, cancellationToken).ConfigureAwait(false);
            outcome = "ended";
            return result;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            outcome = "cancelled";
            throw;
        }
        catch (Exception e) when (e is SandboxException or OperationCanceledException)
        {
            var told = await ExplainAsync(e, clock.Phase).ConfigureAwait(false);
            activity?.SetStatus(ActivityStatusCode.Error, told.Message);
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
        var vm = await clock.MeasureAsync(JobPhase.Create, () => machines.CreateAsync(job.Machine, cancellationToken)).ConfigureAwait(false);
        _vm = vm;
        await clock.MeasureAsync(JobPhase.Start, () => machines.StartAsync(vm, cancellationToken)).ConfigureAwait(false);
        _machine = await machines.RequireRunningAsync(vm, cancellationToken).ConfigureAwait(false);
        // A guest that has gone answers nothing: whatever waits for it is woken.
        using var alive = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _machine.Ended);
        var session = sessions(_machine);
        var transfers = new JobTransfers(job, session, clock);
        var watch = new ProgramWatch(job.Limits, _machine, clock, onOutput, time);

        await clock.MeasureAsync(JobPhase.Put, () => transfers.PutAsync(alive.Token)).ConfigureAwait(false);
        var ended = await clock.MeasureAsync(JobPhase.Run, () => ProgramAsync(session, watch, vm, alive.Token)).ConfigureAwait(false);
        var outputs = await clock.MeasureAsync(JobPhase.Get, () => transfers.GetAsync(alive.Token)).ConfigureAwait(false);
        var status = await machines.GetStatusAsync(vm, cancellationToken).ConfigureAwait(false);
        await clock.MeasureAsync(JobPhase.Destroy, () => machines.DestroyAsync(vm, cancellationToken)).ConfigureAwait(false);
        return Result(ended, outputs, status, watch, clock.Phases);
    }

    private async Task<GuestTaskStatus> ProgramAsync(ISandboxSession session, ProgramWatch watch, VmId vm, CancellationToken cancellationToken)
    {
        var row = new JobRow(_id, vm.ToString(), job.Program, TaskFate.MayHaveRun, time.GetUtcNow(), null, null);
        // Written before the request: a host that dies now must not believe that the program never ran.
        jobs.Save(row);
        _fate = TaskFate.MayHaveRun;
        await StartAsync(session, cancellationToken).ConfigureAwait(false);
        var ended = await watch.RunAsync(session, cancellationToken).ConfigureAwait(false);
        _fate = TaskFate.Ended;
        jobs.Save(row with { Fate = TaskFate.Ended, EndedAt = time.GetUtcNow(), ExitCode = ended.ExitCode });
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
        };
        var stdin = job.StandardInput is null ? null : JobTransfers.OpenInput(job.StandardInput);
        await using var scope = (stdin ?? Stream.Null).ConfigureAwait(false);
        try
        {
            await session.StartAsync(request, stdin, cancellationToken).ConfigureAwait(false);
        }
        catch (SessionException e) when (e.Code == SandboxErrorCode.GuestStartRefused)
        {
            _fate = TaskFate.NeverStarted;
            throw;
        }
    }

    /// <summary>The cause with the job's knowledge: a machine that ended explains every failure that came of it.</summary>
    private async Task<SandboxException> ExplainAsync(Exception cause, JobPhase phase)
    {
        var end = _machine is { Ended.IsCancellationRequested: true } ? await _machine.DescribeEndAsync().ConfigureAwait(false) : null;
        return cause switch
        {
            JobException job when end is null => job,
            SandboxException sandbox => JobException.From(sandbox, phase, _fate, _vm, end),
            _ => JobException.From(new VmException(SandboxErrorCode.MachineEnded, "The machine ended.", cause), phase, _fate, _vm, end),
        };
    }

    /// <summary>Leaving scope leaves nothing behind, whatever went wrong before. What cannot be removed now is swept when the store is next opened.</summary>
    private async Task RemoveAsync()
    {
        if (_vm is not { } vm)
        {
            return;
        }

        try
        {
            await machines.DestroyAsync(vm, CancellationToken.None).ConfigureAwait(false);
        }
        catch (VmException e) when (e.Code == SandboxErrorCode.MachineUnknown)
        {
            // Removed already, in the job's own last phase.
        }
    }

    private static JobResult Result(GuestTaskStatus ended, IReadOnlyList<JobOutputFile> outputs, VmStatus status, ProgramWatch watch, IReadOnlyList<JobPhaseTime> phases) => new()
    {
        ExitCode = ended.ExitCode,
        Signal = ended.Signal,
        StandardOutput = watch.StandardOutput,
        StandardError = watch.StandardError,
        DroppedBytes = ended.DroppedBytes,
        Outputs = outputs,
        Messages = watch.Messages,
        CpuTime = Duration(ended.UserMs) + Duration(ended.SystemMs),
        HostCpuTime = watch.HostCpuTime,
        PeakMemoryBytes = ended.PeakMemoryBytes,
        Phases = phases,
        Machine = status.Id,
        Accelerator = status.Accelerator!.Value,
        Assurance = status.Assurance!.Value,
        MachineType = status.MachineType!,
        CpuModel = status.CpuModel!,
        QemuVersion = status.QemuVersion!,
        StartPath = status.StartPath!.Value,
    };

    // The guest may say anything; a century is as good as an error, and no overflow.
    private static TimeSpan Duration(long milliseconds) => TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, 100L * 365 * 24 * 3600 * 1000));
}
