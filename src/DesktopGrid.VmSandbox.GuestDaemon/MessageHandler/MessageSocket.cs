using System.Net.Sockets;
using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.Control;

namespace DesktopGrid.VmSandbox.GuestDaemon.MessageHandler;

/// <summary>
/// Where the program leaves its messages: a Unix socket. One connection carries one message, KEY, a line feed, VALUE, until the sender
/// closes its side; the answer is one line, <c>ok</c> or what is wrong.
/// </summary>
internal sealed class MessageSocket(string path, Outbox outbox) : IDisposable
{
    // A program that opens connections and says nothing must not eat the daemon's memory.
    private const int MaxConnections = 16;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _slots = new(MaxConnections);

    public void Start()
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        File.Delete(path);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
        listener.Listen(64);
        _ = AcceptAsync(listener);
    }

    public void Dispose() => _slots.Dispose();

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            await _slots.WaitAsync();
            _ = ServeAsync(await listener.AcceptAsync());
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        try
        {
            using var bound = new CancellationTokenSource(Bound);
            using (connection)
            {
                var text = await ReadAsync(connection, bound.Token);
                await connection.SendAsync(Encoding.UTF8.GetBytes(Take(text) + "\n"), bound.Token);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            DaemonLog.Write($"a message of the program was lost: {e.Message}");
        }
        finally
        {
            _slots.Release();
        }
    }

    private static async Task<string?> ReadAsync(Socket connection, CancellationToken cancellationToken)
    {
        var buffer = new byte[ProtocolLimits.MaxMessageBytes + ProtocolLimits.MaxMessageKeyLength + 2];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await connection.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                return Encoding.UTF8.GetString(buffer, 0, length);
            }

            length += read;
        }

        return null;
    }

    private string Take(string? text)
    {
        if (text is null)
        {
            return $"the message is longer than {ProtocolLimits.MaxMessageBytes} bytes";
        }

        var end = text.IndexOf('\n');
        var key = end < 0 ? "" : text[..end];
        if (key.Length is 0 or > ProtocolLimits.MaxMessageKeyLength)
        {
            return $"the message's name must have 1 to {ProtocolLimits.MaxMessageKeyLength} characters";
        }

        outbox.Add(key, text[(end + 1)..]);
        return "ok";
    }
}
