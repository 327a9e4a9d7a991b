namespace DesktopGrid.VmSandbox.Jobs;

/// <summary>Counts the jobs of one host. Closing it gives them up and waits until each has removed its machine.</summary>
/// <param name="owner">Whose jobs they are: whoever comes after its end is told that it is closed, not that this is.</param>
/// <param name="time">The clock.</param>
internal sealed class JobsUnderWay(Type owner, TimeProvider time) : IAsyncDisposable
{
    // A job ends by killing its QEMU; one that is held up longer is held up by its caller's own code.
    private static readonly TimeSpan EndBound = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private bool _isClosed;

    /// <summary>Cancelled when the host closes.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <summary>Counts one job until it has ended.</summary>
    /// <exception cref="ObjectDisposedException">The host is closed.</exception>
    public async Task<JobResult> RunAsync(Func<Task<JobResult>> job)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isClosed, owner);
            _count++;
        }

        try
        {
            return await job().ConfigureAwait(false);
        }
        finally
        {
            Leave();
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _isClosed = true;
            SayWhenIdle();
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        using var bound = new CancellationTokenSource(EndBound, time);
        await _idle.Task.WaitAsync(bound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Leave()
    {
        lock (_lock)
        {
            _count--;
            SayWhenIdle();
        }
    }

    private void SayWhenIdle()
    {
        if (_isClosed && _count == 0)
        {
            _idle.TrySetResult();
        }
    }
}
