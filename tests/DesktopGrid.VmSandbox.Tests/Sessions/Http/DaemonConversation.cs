using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.Tests.Sessions.Http;

/// <summary>One connection of the scripted daemon, after its hello was answered: HTTP in frames, as a script wants it.</summary>
internal sealed class DaemonConversation(Stream port, Stream reader, byte[] epoch)
{
    private byte[] _epoch = epoch;
    private readonly List<byte> _received = [];

    private uint Tag => ChannelFraming.Tag(_epoch);

    /// <summary>The next request: its first line and its body. Null at the end of the connection.</summary>
    public async Task<(string Line, string Body)?> HearAsync()
    {
        int end;
        while ((end = Encoding.Latin1.GetString([.. _received]).IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
        {
            if (!await ReceiveAsync())
            {
                return null;
            }
        }

        var head = Encoding.Latin1.GetString([.. _received], 0, end);
        _received.RemoveRange(0, end + 4);
        var length = head.Split("\r\n").Where(static line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Select(static line => int.Parse(line.Split(':')[1], CultureInfo.InvariantCulture)).FirstOrDefault();
        while (_received.Count < length)
        {
            if (!await ReceiveAsync())
            {
                return null;
            }
        }

        var body = Encoding.UTF8.GetString([.. _received], 0, length);
        _received.RemoveRange(0, length);
        return (head.Split("\r\n")[0], body);
    }

    /// <summary>An answer as the real daemon would give it.</summary>
    public Task AnswerAsync(string json, int status = 200) => SayAsync($"HTTP/1.1 {status} Scripted\r\n{ProtocolVersion.Header}: {ProtocolVersion.Current}\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}");

    /// <summary>Text in frames.</summary>
    public Task SayAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Bytes in frames.</summary>
    public async Task SendAsync(byte[] bytes)
    {
        foreach (var part in bytes.Chunk(ChannelFraming.MaxPayload))
        {
            await SendRawAsync(Frame(part, Tag));
        }
    }

    /// <summary>Ends the daemon's direction, as a frame of length 0 does.</summary>
    public Task EndAsync() => SendRawAsync(Frame([], Tag));

    /// <summary>Bytes as they are, without a frame.</summary>
    public async Task SendRawAsync(byte[] bytes) => await port.WriteAsync(bytes);

    /// <summary>Breaks the connection.</summary>
    public void Break() => port.Dispose();

    /// <summary>Waits until the host has gone.</summary>
    public async Task UntilTheHostGoesAsync()
    {
        while (await HearAsync() is not null)
        {
        }
    }

    /// <summary>A frame of this connection, with a wrong length or end.</summary>
    public byte[] Frame(ReadOnlySpan<byte> payload, int? length = null, uint? trailer = null) => Frame(payload, Tag, length, trailer);

    public static byte[] Frame(ReadOnlySpan<byte> payload, uint tag, int? length = null, uint? trailer = null)
    {
        var frame = new byte[ChannelFraming.HeaderLength + payload.Length + ChannelFraming.TrailerLength];
        BinaryPrimitives.WriteInt32LittleEndian(frame, length ?? payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(4), tag);
        payload.CopyTo(frame.AsSpan(ChannelFraming.HeaderLength));
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(ChannelFraming.HeaderLength + payload.Length), trailer ?? ~tag);
        return frame;
    }

    private async Task<bool> ReceiveAsync()
    {
        var header = new byte[ChannelFraming.HeaderLength];
        int length;
        while (true)
        {
            if (await reader.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false) < header.Length)
            {
                return false;
            }

            if (ChannelFraming.TryReadHeader(header, Tag, out length))
            {
                break;
            }

            // Another hello behind its zeros, of a host that would not wait: answered as the real daemon does.
            _epoch = await FindHelloAsync(reader);
            await port.WriteAsync((byte[])[.. ChannelFraming.ReadyMagic, .. _epoch]);
        }

        var rest = new byte[length + ChannelFraming.TrailerLength];
        await reader.ReadExactlyAsync(rest);
        _received.AddRange(rest.AsSpan(0, length));
        return length > 0;
    }

    /// <summary>Reads through what comes until a hello was seen; gives its epoch.</summary>
    public static async Task<byte[]> FindHelloAsync(Stream reader)
    {
        var window = new byte[ChannelFraming.HelloLength];
        var one = new byte[1];
        while (!window.AsSpan().StartsWith(ChannelFraming.HelloMagic))
        {
            await reader.ReadExactlyAsync(one);
            window.AsSpan(1).CopyTo(window);
            window[^1] = one[0];
        }

        return window[ChannelFraming.HelloMagic.Length..];
    }
}
