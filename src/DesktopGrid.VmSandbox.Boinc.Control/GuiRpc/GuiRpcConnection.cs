using System.Net.Sockets;
using System.Text;
using DesktopGrid.VmSandbox.Boinc.Control.Markup;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;

/// <summary>One connection to the client: a request, then its reply, each ended by the byte 3. Every exchange is bounded in time and length.</summary>
internal sealed class GuiRpcConnection : IAsyncDisposable
{
    private const byte End = 3;
    private const int BlockBytes = 64 * 1024;

    private readonly NetworkStream _stream;
    private readonly GuiRpcEndpoint _endpoint;
    private readonly TimeProvider _time;

    private GuiRpcConnection(NetworkStream stream, GuiRpcEndpoint endpoint, TimeProvider time) => (_stream, _endpoint, _time) = (stream, endpoint, time);

    /// <summary>What one exchange may take: the client answers within a second, but stands still while it writes to a slow disk.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    /// <exception cref="BoincException">Nobody listens there.</exception>
    public static async Task<GuiRpcConnection> OpenAsync(GuiRpcEndpoint endpoint, TimeProvider time, CancellationToken cancellationToken)
    {
        var isUnix = endpoint.EndPoint.AddressFamily == AddressFamily.Unix;
        var socket = new Socket(endpoint.EndPoint.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            using var scope = Deadline.After(Patience, time).Enter(cancellationToken);
            await socket.ConnectAsync(endpoint.EndPoint, scope.Token).ConfigureAwait(false);
            return new GuiRpcConnection(new NetworkStream(socket, ownsSocket: true), endpoint, time);
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            socket.Dispose();
            throw Unreachable(endpoint, e is SocketException ? e.Message : "it does not answer", e);
        }
    }

    /// <summary>Sends the inside of a request and gives the reply's root.</summary>
    /// <exception cref="BoincException">The client is gone, does not answer in time, or answers what is no reply.</exception>
    public async Task<Element> ExchangeAsync(string request, CancellationToken cancellationToken)
    {
        try
        {
            using var scope = Deadline.After(Patience, _time).Enter(cancellationToken);
            await _stream.WriteAsync(Encoding.UTF8.GetBytes($"<boinc_gui_rpc_request>\n{request}\n</boinc_gui_rpc_request>\n\x03"), scope.Token).ConfigureAwait(false);
            var reply = await ReadAsync(scope.Token).ConfigureAwait(false);
            var root = MarkupReader.Read(reply.AsSpan(), "The client's reply", MarkupLimits.Reply);
            return root.Name == "boinc_gui_rpc_reply" ? root : throw new BoincException(SandboxErrorCode.BoincFileMalformed, $"The client's reply begins with <{root.Name}>.");
        }
        catch (Exception e) when (e is IOException or SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Unreachable(_endpoint, e is OperationCanceledException ? "it does not answer" : e.Message, e);
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        using var reply = new MemoryStream();
        var block = new byte[BlockBytes];
        while (true)
        {
            var read = await _stream.ReadAsync(block, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw Unreachable(_endpoint, "it ended the connection", null);
            }

            var end = block.AsSpan(0, read).IndexOf(End);
            reply.Write(block, 0, end < 0 ? read : end);
            if (end >= 0)
            {
                return reply.ToArray();
            }

            if (reply.Length > MarkupLimits.Reply.Bytes)
            {
                throw new BoincException(SandboxErrorCode.BoincFileMalformed, $"The client's reply has more than {MarkupLimits.Reply.Bytes} bytes.");
            }
        }
    }

    private static BoincException Unreachable(GuiRpcEndpoint endpoint, string why, Exception? cause) =>
        new(SandboxErrorCode.BoincClientUnreachable, $"The BOINC client cannot be talked to at {endpoint}: {why}.", cause);
}
