namespace DesktopGrid.VmSandbox.Primitives;

/// <summary>
/// The moment at which an operation gives up. Made once at the door and passed down, so that the steps of one operation share one bound
/// instead of adding up a timeout each.
/// </summary>
internal readonly struct Deadline
{
    private readonly TimeProvider _time;
    private readonly long _start;

    private Deadline(TimeProvider time, TimeSpan limit)
    {
        _time = time;
        _start = time.GetTimestamp();
        Limit = limit;
    }

    /// <summary>The whole time that was allowed.</summary>
    public TimeSpan Limit { get; }

    /// <summary>What is left; never negative.</summary>
    public TimeSpan Remaining
    {
        get
        {
            var left = Limit - _time.GetElapsedTime(_start);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>A deadline that lies <paramref name="limit"/> from now.</summary>
    public static Deadline After(TimeSpan limit, TimeProvider time) => new(time, limit);

    /// <summary>
    /// A token that is cancelled at the deadline or by the caller, whichever comes first. Who catches the cancellation asks
    /// the caller's own token to tell the two apart: only the deadline becomes an exception of ours.
    /// </summary>
    /// <param name="cancellationToken">The caller's.</param>
    /// <param name="other">Something else that ends the wait, such as the death of what is waited for.</param>
    public DeadlineScope Enter(CancellationToken cancellationToken, CancellationToken other = default) => new(new CancellationTokenSource(Remaining, _time), cancellationToken, other);
}

/// <summary>The token of one bounded operation; to be disposed when it ends.</summary>
internal sealed class DeadlineScope : IDisposable
{
    private readonly CancellationTokenSource _timeout;
    private readonly CancellationTokenSource _linked;

    internal DeadlineScope(CancellationTokenSource timeout, CancellationToken cancellationToken, CancellationToken other)
    {
        _timeout = timeout;
        _linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken, other);
    }

    /// <summary>Cancelled at the deadline, by the caller, or by the other thing that ends the wait.</summary>
    public CancellationToken Token => _linked.Token;

    /// <inheritdoc />
    public void Dispose()
    {
        _linked.Dispose();
        _timeout.Dispose();
    }
}
