using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Qmp;
using Microsoft.Extensions.Logging.Abstractions;

namespace DesktopGrid.VmSandbox.Tests.Qmp;

/// <summary>
/// A scripted stand-in for QEMU's monitor on a real Unix socket, for what a real QEMU will not do on command: answer out of order, late or
/// never, break off in the middle of a message, send garbage. The integration tests speak to the real one.
/// </summary>
internal sealed class ScriptedQmpPeer : IAsyncDisposable
{
    public const string Greeting = """{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": ""}, "capabilities": ["oob"]}}""";

    private readonly TemporaryFolder _folder = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private NetworkStream? _stream;
    private StreamReader? _reader;

    public ScriptedQmpPeer()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(_folder.File("monitor")));
        _listener.Listen();
    }

    /// <summary>Connects the client's end and takes up the other.</summary>
    public async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var client = await LocalEndpoint.At(_folder.File("monitor"), 107).ConnectAsync(TimeProvider.System, cancellationToken);
        _stream = new NetworkStream(await _listener.AcceptAsync(cancellationToken), ownsSocket: true);
        _reader = new StreamReader(_stream);
        return client;
    }

    /// <summary>A client that has been greeted.</summary>
    public async Task<QmpClient> GreetAsync(CancellationToken cancellationToken, QmpOptions? options = null, TimeProvider? time = null)
    {
        var connecting = OpenAsync(cancellationToken, options, time);
        await SayAsync(Greeting);
        (await HearAsync(cancellationToken)).Command.Should().Be("qmp_capabilities");
        await SayAsync("""{"return": {}, "id": 0}""");
        return await connecting;
    }

    /// <summary>A client that waits for its greeting.</summary>
    public async Task<QmpClient> OpenAsync(CancellationToken cancellationToken, QmpOptions? options = null, TimeProvider? time = null)
    {
        var stream = await ConnectAsync(cancellationToken);
        return await QmpClient.ConnectAsync(stream, options ?? new QmpOptions(), time ?? TimeProvider.System, NullLogger.Instance, cancellationToken);
    }

    /// <summary>Sends one line.</summary>
    public Task SayAsync(string line) => SendAsync(Encoding.UTF8.GetBytes(line + "\r\n"));

    /// <summary>Sends bytes as they are.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _stream!.WriteAsync(bytes);

    /// <summary>The next command; waits for it.</summary>
    public async Task<(string Command, long Id)> HearAsync(CancellationToken cancellationToken)
    {
        var line = await _reader!.ReadLineAsync(cancellationToken) ?? throw new EndOfStreamException("The client has closed the connection.");
        using var message = JsonDocument.Parse(line);
        return (message.RootElement.GetProperty("execute").GetString()!, message.RootElement.GetProperty("id").GetInt64());
    }

    /// <summary>Whether the client has closed its end; waits for it.</summary>
    public async Task<bool> HearsTheEndAsync(CancellationToken cancellationToken) => await _reader!.ReadLineAsync(cancellationToken) is null;

    /// <summary>Closes the connection, as a QEMU that dies does.</summary>
    public void Close() => _stream?.Dispose();

    public ValueTask DisposeAsync()
    {
        _stream?.Dispose();
        _listener.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
