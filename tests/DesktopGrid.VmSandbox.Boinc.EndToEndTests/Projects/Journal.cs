namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

/// <summary>What happened, in order; whoever waits for a kind of entry is woken by it, or fails after a bound.</summary>
internal sealed class Journal<T>(string subject)
    where T : class
{
    private readonly Lock _lock = new();
    private readonly List<T> _entries = [];
    private TaskCompletionSource _changed = NewSource();

    public IReadOnlyList<T> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries];
            }
        }
    }

    public void Add(T entry)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _entries.Add(entry);
            changed = _changed;
            _changed = NewSource();
        }

        changed.SetResult();
    }

    /// <summary>The first entry like this, of before or to come.</summary>
    /// <exception cref="TimeoutException">There was none in time.</exception>
    public async Task<T> WaitAsync(Func<T, bool> isWanted, string what, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(timeout);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_entries.Find(entry => isWanted(entry)) is { } found)
                {
                    return found;
                }

                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(bound.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"The project saw no {subject} {what} within {timeout.TotalSeconds:0} s; it saw: {string.Join(", ", All)}");
            }
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
