using System.Threading.Channels;

namespace DesktopGrid.VmSandbox.Sessions.Http;

/// <summary>Requests of one kind and the ports that carry them: as many connections as ports, and a request waits for a free one.</summary>
internal sealed class Lane : IDisposable
{
    private static readonly Uri Base = new("http://guest/");

    private readonly Channel<PortLine> _free = Channel.CreateUnbounded<PortLine>();
    private readonly HttpClient _client;

    public Lane(IReadOnlyList<PortLine> ports)
    {
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

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

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
}
