namespace DesktopGrid.VmSandbox.GuestDaemon.Requests;

/// <summary>Wakes every request that waits for news. Who waits takes the task first and looks then, so that no change is missed.</summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource _next = Create();

    public Task Next => Volatile.Read(ref _next).Task;

    public void Raise() => Interlocked.Exchange(ref _next, Create()).SetResult();

    private static TaskCompletionSource Create() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
