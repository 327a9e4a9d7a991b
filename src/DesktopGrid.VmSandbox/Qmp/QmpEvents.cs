using System.Threading.Channels;

namespace DesktopGrid.VmSandbox.Qmp;

/// <summary>Hands every event to every subscriber. A subscriber that does not read loses its oldest events, never the newest, and holds nobody up.</summary>
internal sealed class QmpEvents(int capacity)
{
    private readonly Lock _lock = new();
    private readonly List<QmpSubscription> _subscriptions = [];
    private bool _ended;

    /// <summary>Begins at once: an event that comes after this call is not missed.</summary>
    public QmpSubscription Subscribe()
    {
        var subscription = new QmpSubscription(this, capacity);
        lock (_lock)
        {
            if (_ended)
            {
                subscription.End();
            }
            else
            {
                _subscriptions.Add(subscription);
            }
        }

        return subscription;
    }

    public void Publish(QmpEvent published)
    {
        lock (_lock)
        {
            _subscriptions.ForEach(subscription => subscription.Offer(published));
        }
    }

    /// <summary>Ends every stream; what was published before can still be read.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            _subscriptions.ForEach(static subscription => subscription.End());
            _subscriptions.Clear();
        }
    }

    public void Remove(QmpSubscription subscription)
    {
        lock (_lock)
        {
            _subscriptions.Remove(subscription);
        }
    }
}

/// <summary>One reader's stream of events.</summary>
internal sealed class QmpSubscription(QmpEvents owner, int capacity) : IDisposable
{
    private readonly Channel<QmpEvent> _channel = Channel.CreateBounded<QmpEvent>(
        new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    /// <summary>The events in QEMU's order; ends when the connection ends.</summary>
    public IAsyncEnumerable<QmpEvent> ReadAllAsync(CancellationToken cancellationToken) => _channel.Reader.ReadAllAsync(cancellationToken);

    public void Dispose()
    {
        owner.Remove(this);
        End();
    }

    internal void Offer(QmpEvent published) => _channel.Writer.TryWrite(published);

    internal void End() => _channel.Writer.TryComplete();
}
