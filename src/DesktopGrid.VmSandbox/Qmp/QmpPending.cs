using System.Text.Json;

namespace DesktopGrid.VmSandbox.Qmp;

/// <summary>The commands that wait for their answer, by id. Once ended, every one of them and every later one fails for the same reason.</summary>
internal sealed class QmpPending
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, TaskCompletionSource<JsonElement>> _waiting = [];
    private QmpException? _reason;
    private long _lastId;

    public (long Id, Task<JsonElement> Answer) Add()
    {
        lock (_lock)
        {
            var source = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_reason is not null)
            {
                source.SetException(_reason);
                return (0, source.Task);
            }

            _waiting.Add(++_lastId, source);
            return (_lastId, source.Task);
        }
    }

    /// <summary>Takes one out; null when nobody waits for it any more, because its caller has given up.</summary>
    public TaskCompletionSource<JsonElement>? Take(long id)
    {
        lock (_lock)
        {
            return _waiting.Remove(id, out var source) ? source : null;
        }
    }

    public void End(QmpException reason)
    {
        lock (_lock)
        {
            _reason ??= reason;
            foreach (var source in _waiting.Values)
            {
                source.SetException(_reason);
            }

            _waiting.Clear();
        }
    }
}
