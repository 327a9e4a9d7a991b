using System.Collections.Concurrent;

namespace DesktopGrid.VmSandbox.Imports.Verbs;

/// <summary>The door to the verbs about images; one file a verb, beside this one. Closing it gives up what is under way, and waits until that has cleared up.</summary>
internal sealed class ImageManager(ImportServices services) : IImageManager, IAsyncDisposable
{
    // What clears up deletes files; a converter that is ended has ended by then.
    private static readonly TimeSpan EndBound = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Task, bool> _underWay = new();
    private readonly CancellationTokenSource _closing = new();
    private int _disposed;

    public Task<StoredImage> AddAsync(string folder, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        return RunAsync(token => AddVerb.RunAsync(services, folder, token), cancellationToken);
    }

    public Task<StoredImage> ImportAsync(LayerImport import, IProgress<ImportProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(import);
        import.Demand();
        return RunAsync(token => new ImportVerb(services, import, progress).RunAsync(token), cancellationToken);
    }

    public Task<IReadOnlyList<StoredImage>> ListAsync(CancellationToken cancellationToken = default) =>
        RunAsync(token => Task.Run(() => ListVerb.Run(services, token), token), cancellationToken);

    public Task RemoveAsync(string nameOrHash, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrHash);
        return RunAsync(token => Task.Run(() => RemoveVerb.Run(services, nameOrHash), token), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        using var bound = new CancellationTokenSource(EndBound, services.Time);
        await Task.WhenAll(_underWay.Keys).WaitAsync(bound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
    }

    private async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> verb, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        var task = verb(bound.Token);
        _underWay.TryAdd(task, true);
        try
        {
            return await task.ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (_disposed != 0 && !cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException("The host was closed meanwhile.", e);
        }
        finally
        {
            _underWay.TryRemove(task, out _);
        }
    }
}
