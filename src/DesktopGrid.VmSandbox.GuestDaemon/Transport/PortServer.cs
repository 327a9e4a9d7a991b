using DesktopGrid.VmSandbox.Contracts;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DesktopGrid.VmSandbox.GuestDaemon.Transport;

/// <summary>
/// The embedded HTTP server: Kestrel on the ports, and nothing around it. What builds and hosts a web application otherwise (configuration,
/// services, logging) would run once and be translated by emulation for that one time: it was a fifth of the daemon's start.
/// </summary>
internal sealed class PortServer(RequestDelegate handler) : IHttpApplication<HttpContext>, IDisposable
{
    // A path of the contract's length, every byte percent-encoded, and the rest of the line.
    private const int MaxRequestLineBytes = 3 * ProtocolLimits.MaxPathBytes + 1024;
    private static readonly TimeSpan Forever = TimeSpan.FromDays(3650);

    private readonly BlockPool _pool = new();
    private KestrelServer? _server;

    /// <summary>Begins to answer; requests come until the machine ends.</summary>
    public Task StartAsync(IReadOnlyList<PortEndPoint> ports, CancellationToken cancellationToken)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        var limits = options.Limits;
        limits.MaxRequestBodySize = null;
        limits.MaxRequestLineSize = MaxRequestLineBytes;
        // The port is the connection: it may be silent for days, and a slow host is no attacker. (TimeSpan.MaxValue overflows Kestrel's clock.)
        limits.KeepAliveTimeout = Forever;
        limits.RequestHeadersTimeout = Forever;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.MaxRequestBufferSize = null;
        limits.MaxResponseBufferSize = null;
        foreach (var port in ports)
        {
            options.Listen(port, static listen => listen.Protocols = HttpProtocols.Http1);
        }

        _server = new KestrelServer(Options.Create(options), new PortListenerFactory(_pool), NullLoggerFactory.Instance);
        return _server.StartAsync(this, cancellationToken);
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context) => handler(context);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public void Dispose()
    {
        _server?.Dispose();
        _pool.Dispose();
    }
}
