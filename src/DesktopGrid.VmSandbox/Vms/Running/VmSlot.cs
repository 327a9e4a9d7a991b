using DesktopGrid.VmSandbox.Stores;

namespace DesktopGrid.VmSandbox.Vms.Running;

/// <summary>One machine in this process: the order of its verbs, its lock against other processes, and its running part.</summary>
internal sealed class VmSlot(VmId id) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private IAsyncDisposable? _throttle;

    public VmId Id => id;

    /// <summary>Set while this process runs the machine.</summary>
    public RunningVm? Running { get; set; }

    /// <summary>Held while this process runs the machine.</summary>
    public MachineLock? Lock { get; set; }

    /// <summary>The machine's part of the host's budget, while this process runs it.</summary>
    public BudgetShare? Share { get; set; }

    /// <summary>Whether it stands for the sake of the computer's owner, and goes on when that is over.</summary>
    public bool IsHeld { get; set; }

    /// <summary>The per cent of its virtual CPUs that it is kept to; null while it may use them all.</summary>
    public int? CpuSharePercent { get; private set; }

    /// <summary>One verb at a time.</summary>
    public async Task<Entered> EnterAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Entered(_gate);
    }

    /// <summary>Enters if nobody has; null where somebody has.</summary>
    public async Task<Entered?> TryEnterAsync() => await _gate.WaitAsync(TimeSpan.Zero).ConfigureAwait(false) ? new Entered(_gate) : null;

    /// <summary>Keeps the machine to a share from here on, and no longer to the one before.</summary>
    /// <param name="percent">The share; null for all.</param>
    /// <param name="begin">Begins to keep it to that, until it is disposed.</param>
    public async Task ThrottleAsync(int? percent, Func<IAsyncDisposable> begin)
    {
        await UnthrottleAsync().ConfigureAwait(false);
        if (percent is not null)
        {
            (_throttle, CpuSharePercent) = (begin(), percent);
        }
    }

    /// <summary>Lets go of the running part and of the lock.</summary>
    /// <param name="last">What must be written down before another process may act on the machine.</param>
    public async ValueTask ReleaseAsync(Action? last = null)
    {
        var running = Running;
        (Running, IsHeld) = (null, false);
        try
        {
            await UnthrottleAsync().ConfigureAwait(false);
            if (running is not null)
            {
                await running.DisposeAsync().ConfigureAwait(false);
            }

            last?.Invoke();
        }
        finally
        {
            Share?.Dispose();
            Share = null;
            Lock?.Dispose();
            Lock = null;
        }
    }

    private async Task UnthrottleAsync()
    {
        var throttle = _throttle;
        (_throttle, CpuSharePercent) = (null, null);
        if (throttle is not null)
        {
            await throttle.DisposeAsync().ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        Share?.Dispose();
        Lock?.Dispose();
        _gate.Dispose();
    }

    /// <summary>The right to act on the machine, until it is disposed.</summary>
    internal readonly struct Entered(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
