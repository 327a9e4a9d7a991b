using System.Collections.Concurrent;

namespace DesktopGrid.VmSandbox.Platform.Linux;

/// <summary>
/// The one thread that starts processes. Linux ties "die with your parent" to the parent's thread, and pool threads end when they like;
/// this one lives until it is disposed, and with it ends what it started.
/// </summary>
internal sealed class LauncherThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    public LauncherThread()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "vmsandbox launcher" };
        _thread.Start();
    }

    public Task<T> RunAsync<T>(Func<T> function)
    {
        var source = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                source.SetResult(function());
            }
            catch (Exception e)
            {
                source.SetException(e);
            }
        });
        return source.Task;
    }

    public void Dispose()
    {
        if (!_work.IsAddingCompleted)
        {
            _work.CompleteAdding();
            _thread.Join();
            _work.Dispose();
        }
    }

    private void Run()
    {
        foreach (var action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }
}
