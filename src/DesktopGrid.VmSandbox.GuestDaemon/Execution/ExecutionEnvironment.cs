using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.Control;
using DesktopGrid.VmSandbox.GuestDaemon.DataHandler;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;
using DesktopGrid.VmSandbox.GuestDaemon.MessageHandler;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.GuestDaemon.Execution;

/// <summary>
/// Runs one task at a time: in the work directory, as the task's own user, with its variables, arguments and streams; and ends its whole
/// process tree.
/// </summary>
internal sealed class ExecutionEnvironment(GuestLayout layout, WorkDirectory work, TaskUser user, Reaper reaper, Inbox inbox, Outbox outbox, ChangeSignal changed) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
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

            outbox.Clear();
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
        if (_status.State == GuestTaskState.Running)
        {
            Volatile.Write(ref _status, _status with { Stopped = true });
            if (graceMs > 0)
            {
                user.Terminate();
                await _run.WaitAsync(TimeSpan.FromMilliseconds(graceMs), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }

            await user.KillAllAsync();
            await _run.WaitAsync(cancellationToken);
        }

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

            work.Delete(RelativePath.Root, recursive: true);
            layout.EmptyTemporary();
            File.Delete(layout.StandardInput);
            _stdout.Forget();
            _stderr.Forget();
            inbox.Clear();
            outbox.Clear();
            Volatile.Write(ref _status, new GuestTaskStatus());
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
        using var input = File.OpenHandle(request.UseStandardInput ? layout.StandardInput : "/dev/null");
        var output = LinuxProcess.Pipe();
        var error = LinuxProcess.Pipe();
        using (output.Write)
        using (error.Write)
        {
            Task<ChildExit> exit;
            try
            {
                exit = reaper.Spawn(() => Spawn(program, request.Arguments, environment, directory, input, output.Write, error.Write), out _);
            }
            catch (LinuxError e)
            {
                output.Read.Dispose();
                error.Read.Dispose();
                throw new RequestException(GuestErrorCode.StartRefused, $"The program cannot be started: {e.Message}");
            }

            _startedAt = Environment.TickCount64;
            Volatile.Write(ref _status, new GuestTaskStatus { TaskId = request.TaskId, State = GuestTaskState.Running });
            _stdout.Start(output.Read, request.OutputBytes);
            _stderr.Start(error.Read, request.OutputBytes);
            _run = FinishAsync(exit);
        }
    }

    private int Spawn(string program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, string directory, SafeFileHandle input, SafeFileHandle output, SafeFileHandle error)
    {
        var processId = 0;
        LinuxCredentials.RunAs(user.Id, () => processId = LinuxProcess.Spawn(program, arguments, environment, directory, input, output, error));
        return processId;
    }

    /// <summary>The task ends with its main process: what it left behind is ended too, and then its output is whole.</summary>
    private async Task FinishAsync(Task<ChildExit> exited)
    {
        var exit = await exited;
        var elapsed = Environment.TickCount64 - _startedAt;
        if (!await user.KillAllAsync())
        {
            DaemonLog.Write("some processes of the task cannot be ended");
        }

        await Task.WhenAll(_stdout.Completed, _stderr.Completed);
        Volatile.Write(ref _status, _status with
        {
            State = GuestTaskState.Exited,
            ExitCode = exit.ExitCode,
            Signal = exit.Signal,
            UserMs = exit.UserMs,
            SystemMs = exit.SystemMs,
            PeakMemoryBytes = exit.PeakMemoryBytes,
            ElapsedMs = elapsed,
        });
        changed.Raise();
    }

    public void Dispose() => _gate.Dispose();
}
