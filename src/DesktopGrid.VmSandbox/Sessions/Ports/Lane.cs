using System.Threading.Channels;

namespace DesktopGrid.VmSandbox.Sessions.Ports;

/// <summary>Requests of one kind and the ports that carry them: as many connections as ports, and a request waits for a free one.</summary>
internal sealed class Lane : IDisposable
{
    private static readonly Uri Base = new("http://guest/");

    private readonly Channel<PortLine> _free = Channel.CreateUnbounded<PortLine>();
    private readonly HttpClient _client;
    private readonly SemaphoreSlim _turns;

    public Lane(IReadOnlyList<PortLine> ports)
    {
        _turns = new SemaphoreSlim(ports.Count);
        foreach (var port in ports)
        {
            _free.Writer.TryWrite(port);
        }

        // Everything that a browser would do for a server's sake is off: the server is hostile, and there is no network to be led to.
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = (_, cancellationToken) => ConnectAsync(cancellationToken),
            MaxConnectionsPerServer = ports.Count,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 256 * 1024,
            Expect100ContinueTimeout = TimeSpan.Zero,
        };
        _client = new HttpClient(handler) { BaseAddress = Base, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Waits until a port is free, before the request's own bound begins; disposing of what comes back makes it free again.</summary>
    public async Task<Turn> EnterAsync(CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Turn(_turns);
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    /// <summary>The semaphore is not disposed: it has no handle, and who holds a turn may outlive the lane.</summary>
    public void Dispose() => _client.Dispose();

    private async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var port = await _free.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await port.ConnectAsync(() => _free.Writer.TryWrite(port), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _free.Writer.TryWrite(port);
            throw;
        }
    }

    /// <summary>The right to use one port of the lane. Disposing of it again does nothing.</summary>
    internal sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                turns.Release();
            }
        }
    }
}
