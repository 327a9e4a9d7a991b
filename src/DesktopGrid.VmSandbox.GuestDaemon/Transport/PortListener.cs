using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace DesktopGrid.VmSandbox.GuestDaemon.Transport;

/// <summary>
/// Listens on one port: a host's hello is what a connect is elsewhere. One connection lives at a time; the next hello ends it.
/// </summary>
internal sealed class PortListener : IConnectionListener
{
    private readonly PortEndPoint _endPoint;
    private readonly PortHandle _handle;
    private readonly PortReader _reader;
    private readonly Channel<PortConnection> _accepted = Channel.CreateUnbounded<PortConnection>();
    private readonly CancellationTokenSource _closing = new();

    public PortListener(PortEndPoint endPoint, BlockPool pool)
    {
        _endPoint = endPoint;
        _handle = PortHandle.Open(endPoint.Device);
        _reader = new PortReader(_handle, endPoint, pool, _accepted.Writer, _closing.Token);
        _reader.Start();
    }

    public EndPoint EndPoint => _endPoint;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_accepted.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await _closing.CancelAsync();
        _accepted.Writer.TryComplete();
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        _reader.Join();
        _handle.Dispose();
        _closing.Dispose();
    }
}
