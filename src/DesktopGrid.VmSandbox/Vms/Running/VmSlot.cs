using DesktopGrid.VmSandbox.Stores;

namespace DesktopGrid.VmSandbox.Vms.Running;

/// <summary>One machine in this process: the order of its verbs, its lock against other processes, and its running part.</summary>
internal sealed class VmSlot(VmId id) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);

    public VmId Id => id;

    /// <summary>Set while this process runs the machine.</summary>
    public RunningVm? Running { get; set; }

    /// <summary>Held while this process runs the machine.</summary>
    public MachineLock? Lock { get; set; }

    /// <summary>The machine's part of the host's budget, while this process runs it.</summary>
    public BudgetShare? Share { get; set; }

    /// <summary>One verb at a time.</summary>
    public async Task<Entered> EnterAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Entered(_gate);
    }

    /// <summary>Enters if nobody has; null where somebody has.</summary>
    public async Task<Entered?> TryEnterAsync() => await _gate.WaitAsync(TimeSpan.Zero).ConfigureAwait(false) ? new Entered(_gate) : null;

    /// <summary>Lets go of the running part and of the lock.</summary>
    /// <param name="last">What must be written down before another process may act on the machine.</param>
    public async ValueTask ReleaseAsync(Action? last = null)
    {
        var running = Running;
        Running = null;
        try
        {
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
