using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.DataHandler;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;
using DesktopGrid.VmSandbox.GuestDaemon.MessageHandler;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;

namespace DesktopGrid.VmSandbox.GuestDaemon.Execution;

/// <summary>
/// Runs one task at a time: in the work directory, as the task's own user, with its variables, arguments and streams; and ends its whole
/// process tree.
/// </summary>
internal sealed class ExecutionEnvironment(GuestLayout layout, WorkDirectory work, TaskUser user, TaskGround ground, Inbox inbox, Channels channels, Outbox outbox, ChangeSignal changed) : IDisposable
{
    // Lets one start, one end or one emptying of the work directory through at a time.
    private readonly SemaphoreSlim _gate = new(1, 1);

    // Status and run change together: whoever sees a running status has its run in hand.
    private readonly Lock _lock = new();
    private readonly OutputFile _stdout = new(layout.StandardOutput, changed);
    private readonly OutputFile _stderr = new(layout.StandardError, changed);
    private GuestTaskStatus _status = new();
    private long _startedAt;
    private Task _run = Task.CompletedTask;

    public OutputFile StandardOutput => _stdout;

    public OutputFile StandardError => _stderr;

    /// <summary>The state of the task now.</summary>
    public GuestTaskStatus Status
    {
        get
        {
            var status = Volatile.Read(ref _status);
            return status with
            {
                StdoutLength = _stdout.Length,
                StderrLength = _stderr.Length,
                DroppedBytes = _stdout.Dropped + _stderr.Dropped,
                LastMessage = outbox.LastNumber,
                ElapsedMs = status.State == GuestTaskState.Running ? Environment.TickCount64 - _startedAt : status.ElapsedMs,
            };
        }
    }

    /// <summary>Waits until there is more than the caller knows, or the task does not run, or the time is over.</summary>
    public async Task<GuestTaskStatus> WaitAsync(long stdout, long stderr, long message, int waitMs, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(waitMs);
        while (true)
        {
            var next = changed.Next;
            var status = Status;
            if (status.State != GuestTaskState.Running || status.StdoutLength > stdout || status.StderrLength > stderr || status.LastMessage > message)
            {
                return status;
            }

            await next.WaitAsync(bound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (bound.IsCancellationRequested)
            {
                cancellationToken.ThrowIfCancellationRequested();
                return Status;
            }
        }
    }

    public async Task<GuestTaskStatus> StartAsync(TaskStartRequest request, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_status.State == GuestTaskState.Running)
            {
                throw new RequestException(GuestErrorCode.TaskState, $"Task \"{_status.TaskId}\" is running; one runs at a time.");
            }

            Launch(request);
        }
        finally
        {
            _gate.Release();
        }

        changed.Raise();
        return Status;
    }

    public async Task<GuestTaskStatus> StopAsync(int graceMs, CancellationToken cancellationToken)
    {
        Task run;
        lock (_lock)
        {
            if (_status.State != GuestTaskState.Running)
            {
                return Status;
            }

            _status = _status with { Stopped = true };
            run = _run;
        }

        if (graceMs > 0)
        {
            user.Terminate();
            await run.WaitAsync(TimeSpan.FromMilliseconds(graceMs), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        await EndAsync(run, cancellationToken);
        return Status;
    }

    /// <summary>Empties the work directory and forgets the last task.</summary>
    public async Task ResetAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_status.State == GuestTaskState.Running)
            {
                throw new RequestException(GuestErrorCode.TaskState, $"Task \"{_status.TaskId}\" is running; stop it before its work directory is emptied.");
            }

            work.Delete(RelativePath.Root, recursive: true, cancellationToken);
            layout.EmptyShared(cancellationToken);
            LinuxIpc.RemoveAll();
            File.Delete(layout.StandardInput);
            _stdout.Forget();
            _stderr.Forget();
            inbox.Clear();
            outbox.Clear();
            lock (_lock)
            {
                _status = new GuestTaskStatus();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Behind the gate no other task can have been started, which would be ended in this one's place.</summary>
    private async Task EndAsync(Task run, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!run.IsCompleted)
            {
                await user.KillAllAsync();
                await run.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private void Launch(TaskStartRequest request)
    {
        var directory = TaskCommand.Directory(work, request);
        var program = TaskCommand.Program(work, request);
        var environment = TaskCommand.Variables(layout, work, request);
        if (request.UseStandardInput && !File.Exists(layout.StandardInput))
        {
            throw new RequestException(GuestErrorCode.BadRequest, "No standard input was put since the work directory was last emptied.");
        }

        var reaper = ground.Lay();
        var bridge = channels.Make(request.Channels);
        using var input = File.OpenHandle(request.UseStandardInput ? layout.StandardInput : "/dev/null");
        var output = LinuxProcess.Pipe();
        var error = LinuxProcess.Pipe();
        using (output.Write)
        using (error.Write)
        {
            Task<ChildExit> exit;
            TaskLimits limits;
            try
            {
                limits = new TaskLimits(request.Processes);
                exit = reaper.Spawn(() => limits.Start(user, ground.Root, () => LinuxProcess.Spawn(program, request.Arguments, environment, directory, input, output.Write, error.Write)), out _);
            }
            catch (IOException e)
            {
                output.Read.Dispose();
                error.Read.Dispose();
                bridge?.Dispose();
                throw new RequestException(GuestErrorCode.StartRefused, $"The program cannot be started: {e.Message}");
            }

            limits.Settle();
            outbox.Clear();
            channels.Begin(bridge);
            _startedAt = Environment.TickCount64;
            _stdout.Start(output.Read, request.OutputBytes);
            _stderr.Start(error.Read, request.OutputBytes);
            lock (_lock)
            {
                _status = new GuestTaskStatus { TaskId = request.TaskId, State = GuestTaskState.Running };
                _run = Task.Run(() => FinishAsync(exit, limits));
                _ = EndAtLimitAsync(limits, _run);
            }
        }
    }

    private async Task EndAtLimitAsync(TaskLimits limits, Task run)
    {
        using var over = new CancellationTokenSource();
        var hit = limits.UntilHitAsync(over.Token);
        var watching = MemoryWatch.RunAsync(over.Token);
        if (await Task.WhenAny(hit, run) == hit && hit.IsCompletedSuccessfully)
        {
            await EndAsync(run, CancellationToken.None);
        }

        await over.CancelAsync();
        await LogFaultAsync(hit);
        await LogFaultAsync(watching);

        static async Task LogFaultAsync(Task watch)
        {
            await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (watch.Exception is { } fault)
            {
                DaemonLog.Write($"what the task uses cannot be read: {fault.InnerException!.Message}");
            }
        }
    }

    /// <summary>The task ends with its main process: what it left behind is ended too, and then its output is whole.</summary>
    private async Task FinishAsync(Task<ChildExit> exited, TaskLimits limits)
    {
        var exit = await exited;
        var elapsed = Environment.TickCount64 - _startedAt;
        while (!await user.KillAllAsync())
        {
            DaemonLog.Write("some processes of the task do not end");
        }

        await Task.WhenAll(_stdout.Completed, _stderr.Completed);
        await channels.EndAsync();
        lock (_lock)
        {
            _status = limits.Tell(_status with
            {
                State = GuestTaskState.Exited,
                ExitCode = exit.ExitCode,
                Signal = exit.Signal,
                UserMs = exit.UserMs,
                SystemMs = exit.SystemMs,
                PeakMemoryBytes = exit.PeakMemoryBytes,
                ElapsedMs = elapsed,
            });
        }

        changed.Raise();
    }

    public void Dispose() => _gate.Dispose();
}
