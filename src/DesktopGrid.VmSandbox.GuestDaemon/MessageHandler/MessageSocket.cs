using System.Net.Sockets;
using System.Text;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.GuestDaemon.MessageHandler;

/// <summary>
/// Where the program leaves its messages: a Unix socket. One connection carries one message, KEY, a line feed, VALUE, until the sender
/// closes its side; the answer is one line, <c>ok</c> or what is wrong.
/// </summary>
internal sealed class MessageSocket(string path, Outbox outbox) : IDisposable
{
    // A program that opens connections and says nothing must not eat the daemon's memory.
    private const int MaxConnections = 16;
    // UTF-8 has at most three bytes for one UTF-16 character.
    private const int MaxKeyBytes = 3 * ProtocolLimits.MaxMessageKeyLength;
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
            try
            {
                _ = ServeAsync(await listener.AcceptAsync());
            }
            catch (SocketException)
            {
                // The program gave up before it was its turn, or the kernel is short of memory for a moment.
                _slots.Release();
                await Task.Delay(1);
            }
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        try
        {
            using var bound = new CancellationTokenSource(Bound);
            using (connection)
            {
                // One byte more than the largest message, its name and the line feed between them.
                var buffer = new byte[MaxKeyBytes + 1 + ProtocolLimits.MaxMessageBytes + 1];
                var length = await ReadAsync(connection, buffer, bound.Token);
                await connection.SendAsync(Encoding.UTF8.GetBytes(Take(buffer, length) + "\n"), bound.Token);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // The program went away or says nothing. No word of it on the console: the program could fill it with such words.
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>
    /// Gives the length of the message, whose bytes are kept as far as they fit. A longer one is read to its end all the same: its sender looks
    /// for an answer only when all is out.
    /// </summary>
    private static async Task<long> ReadAsync(Socket connection, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var length = 0L;
        while (await connection.ReceiveAsync(buffer[(length < buffer.Length ? (int)length : 0)..], cancellationToken) is not 0 and var read)
        {
            length += read;
        }

        return length;
    }

    private string Take(ReadOnlySpan<byte> buffer, long length)
    {
        var message = buffer[..(int)Math.Min(length, buffer.Length)];
        var end = message.IndexOf((byte)'\n');
        if (length >= buffer.Length || length - (end + 1) > ProtocolLimits.MaxMessageBytes)
        {
            return $"the message is longer than {ProtocolLimits.MaxMessageBytes} bytes";
        }

        var key = end < 0 ? "" : Encoding.UTF8.GetString(message[..end]);
        if (key.Length is 0 or > ProtocolLimits.MaxMessageKeyLength)
        {
            return $"the message's name must have 1 to {ProtocolLimits.MaxMessageKeyLength} characters";
        }

        outbox.Add(key, Encoding.UTF8.GetString(message[(end + 1)..]));
        return "ok";
    }
}
