using System.Buffers;
using System.Threading.Channels;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.GuestDaemon.Transport;

/// <summary>
/// The one thread that reads a port. It searches for a hello, answers ready, and then takes frames apart: payload straight into the
/// connection's pipe, trailer and next header in one read. What cannot be right ends the connection and starts the search again.
/// </summary>
#pragma warning disable CA1001 // Kestrel owns the connections and disposes them; the reader only ends them.
internal sealed class PortReader(PortHandle handle, PortEndPoint endPoint, BlockPool pool, ChannelWriter<PortConnection> accepted, CancellationToken closing)
{
    // How long the thread sleeps at most before it looks whether it is to end, or whether the host was away for long.
    private const int PollMs = 1000;

    // A read of 0 bytes means "not yet". The kernel learns of the host's coming and going by other messages than its bytes, and
    // works them off later: a hello was seen to arrive before the word that there is a host. Only a long absence is one.
    private const int AwayMs = 2000;

    // Frames that follow each other at once are shown together: each showing wakes a thread.
    private const int DeliverBytes = 4 * ChannelFraming.MaxPayload;

    private readonly byte[] _window = new byte[ChannelFraming.HelloLength];
    private readonly byte[] _edge = new byte[ChannelFraming.TrailerLength + ChannelFraming.HeaderLength];
    private int _windowLength;
    private Thread? _thread;
    private PortConnection? _connection;
    private PortConnection? _before;
    private long? _awaySince;

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = endPoint.Name };
        _thread.Start();
    }

    public void Join() => _thread?.Join();

    private void Run()
    {
        try
        {
            while (!closing.IsCancellationRequested)
            {
                if (FindHello())
                {
                    ReceiveFrames();
                }

                Drop("the host is away or out of step");
            }
        }
        catch (IOException e)
        {
            Drop(e.Message);
            accepted.TryComplete(e);
        }
    }

    /// <summary>Reads through whatever is queued until a whole hello stands in the window.</summary>
    private bool FindHello()
    {
        var window = _window.AsSpan();
        while (!closing.IsCancellationRequested)
        {
            Align();
            if (_windowLength == window.Length)
            {
                _windowLength = 0;
                Accept(window[ChannelFraming.HelloMagic.Length..]);
                return true;
            }

            // Never read beyond the hello: what follows belongs to the first frame.
            var read = Fill(window[_windowLength..]);
            _windowLength = read == 0 ? 0 : _windowLength + read;
        }

        return false;
    }

    /// <summary>Moves the longest end of the window that may begin a hello to its front.</summary>
    private void Align()
    {
        var window = _window.AsSpan(0, _windowLength);
        var magic = ChannelFraming.HelloMagic;
        for (var start = 0; start < window.Length; start++)
        {
            var length = Math.Min(window.Length - start, magic.Length);
            if (window.Slice(start, length).SequenceEqual(magic[..length]))
            {
                window[start..].CopyTo(window);
                _windowLength -= start;
                return;
            }
        }

        _windowLength = 0;
    }

    private void Accept(ReadOnlySpan<byte> epoch)
    {
        _connection = new PortConnection(handle, endPoint, pool, epoch);
        _connection.Start(_before);
        _before = _connection;
        if (!accepted.TryWrite(_connection))
        {
            Drop("the daemon is closing");
        }
    }

    private void ReceiveFrames()
    {
        var connection = _connection!;
        var edge = _edge.AsSpan();
        var header = edge[ChannelFraming.TrailerLength..];
        if (!FillAtLeast(header, 0, header.Length, out _))
        {
            return;
        }

        var held = 0;
        while (ChannelFraming.TryReadHeader(header, connection.Tag, out var length))
        {
            // The trailer and, where it is queued already, the next header in one system call.
            if (!ReceivePayload(connection.Received, length)
                || !FillAtLeast(edge, 0, ChannelFraming.TrailerLength, out var have)
                || !ChannelFraming.IsTrailer(edge, connection.Tag))
            {
                return;
            }

            held += length;
            if (have < edge.Length || length == 0 || held >= DeliverBytes)
            {
                held = 0;
                if (!connection.Deliver(endOfStream: length == 0))
                {
                    return;
                }
            }

            if (!FillAtLeast(edge, have, edge.Length, out _))
            {
                return;
            }
        }

        // What is no header may be the beginning of the next hello.
        header.CopyTo(_window);
        _windowLength = header.Length;
    }

    /// <summary>Reads a frame's payload into the pipe's own memory; it stays invisible to the pipe's reader until delivered.</summary>
    private bool ReceivePayload(IBufferWriter<byte> destination, int length)
    {
        while (length > 0)
        {
            // Filled whole before the pipe hears of it: it takes its lock each time, and the driver gives little at once.
            var span = destination.GetSpan();
            span = span[..Math.Min(span.Length, length)];
            if (!FillAtLeast(span, 0, span.Length, out _))
            {
                return false;
            }

            destination.Advance(span.Length);
            length -= span.Length;
        }

        return true;
    }

    /// <summary>Reads into the buffer behind the first <paramref name="have"/> bytes until there are <paramref name="wanted"/>; more may come.</summary>
    private bool FillAtLeast(Span<byte> buffer, int have, int wanted, out int length)
    {
        length = have;
        while (length < wanted)
        {
            var read = Fill(buffer[length..]);
            if (read == 0)
            {
                return false;
            }

            length += read;
        }

        return true;
    }

    /// <summary>Reads at least one byte; 0 means that the host went away or the daemon is closing.</summary>
    private int Fill(Span<byte> buffer)
    {
        while (!closing.IsCancellationRequested)
        {
            var read = handle.Read(buffer);
            if (read == 0)
            {
                if (IsAway())
                {
                    return 0;
                }

                continue;
            }

            _awaySince = null;
            if (read > 0)
            {
                return read;
            }

            if (_connection is { IsClosed: true })
            {
                return 0;
            }

            handle.WaitReadable(PollMs);
        }

        return 0;
    }

    /// <summary>Waits for it, and says whether the host has been away for so long that it is really gone.</summary>
    private bool IsAway()
    {
        _awaySince ??= Environment.TickCount64;
        handle.WaitForNews(PollMs);
        return Environment.TickCount64 - _awaySince >= AwayMs;
    }

    private void Drop(string reason)
    {
        _connection?.HostGone(reason);
        _connection = null;
    }
}
