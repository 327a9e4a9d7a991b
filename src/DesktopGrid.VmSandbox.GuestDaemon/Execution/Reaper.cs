using System.Runtime.InteropServices;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;

namespace DesktopGrid.VmSandbox.GuestDaemon.Execution;

/// <summary>
/// The one thread that waits for children. As the guest's first process the daemon inherits every orphan; who does not reap them fills the
/// process table with zombies.
/// </summary>
/// <remarks>
/// .NET does the same for a process 1 that does not: once its console is in use, its signal thread reaps whatever child has ended, and
/// whoever waits for that child waits for ever. Its handler for SIGCHLD is therefore installed here and then taken away: what .NET has
/// installed once it does not install again.
/// </remarks>
internal sealed class Reaper : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _hasChildren = new(false);
    private int _watched = -1;
    private TaskCompletionSource<ChildExit>? _exit;
    private PosixSignalRegistration? _ownsChildren;

    public void Start()
    {
        _ownsChildren = PosixSignalRegistration.Create(PosixSignal.SIGCHLD, static _ => { });
        LinuxProcess.UseDefault(LinuxProcess.SignalChild);
        new Thread(Run) { IsBackground = true, Name = "reaper" }.Start();
    }

    /// <summary>Spawns the task's main process; the lock sees to it that its end is not reaped before anyone waits for it.</summary>
    public Task<ChildExit> Spawn(Func<int> spawn, out int processId)
    {
        lock (_lock)
        {
            processId = spawn();
            _watched = processId;
            _exit = new TaskCompletionSource<ChildExit>(TaskCreationOptions.RunContinuationsAsynchronously);
            _hasChildren.Set();
            return _exit.Task;
        }
    }

    public void Dispose()
    {
        _ownsChildren?.Dispose();
        _hasChildren.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            _hasChildren.Wait();
            if (LinuxProcess.WaitAny() is { } child)
            {
                Dispatch(child);
            }
            else
            {
                Rest();
            }
        }
    }

    private void Dispatch(ChildExit child)
    {
        lock (_lock)
        {
            if (child.ProcessId == _watched)
            {
                _watched = -1;
                _exit!.SetResult(child);
            }
        }
    }

    /// <summary>Without a child there can be no orphan either, until the next spawn.</summary>
    private void Rest()
    {
        lock (_lock)
        {
            if (_watched < 0)
            {
                _hasChildren.Reset();
            }
        }
    }
}
