using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Sessions.Ports;

/// <summary>One HTTP connection over a port, in the frames of <see cref="ChannelFraming"/>: to HTTP it is a plain duplex stream.</summary>
internal sealed class FramedStream : Stream
{
    private readonly Stream _port;
    private readonly uint _tag;
    private readonly Action<bool> _onClosed;
    private readonly byte[] _in;
    private readonly byte[] _out;
    private int _start;
    private int _end;
    private int _payload;
    private bool _isInFrame;
    private bool _isEnded;
    private bool _isBroken;
    private int _disposed;

    /// <param name="port">The open port, after its hello was answered; owned from now on.</param>
    /// <param name="epoch">The connection's epoch.</param>
    /// <param name="onClosed">Told once, with whether both sides are between two frames.</param>
    public FramedStream(Stream port, ReadOnlySpan<byte> epoch, Action<bool> onClosed)
    {
        (_port, _tag, _onClosed) = (port, ChannelFraming.Tag(epoch), onClosed);
        _in = GC.AllocateUninitializedArray<byte>(2 * ChannelFraming.FlushLength);
        _out = GC.AllocateUninitializedArray<byte>(ChannelFraming.FlushLength);
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw NotSeekable();

    public override long Position
    {
        get => throw NotSeekable();
        set => throw NotSeekable();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            // HTTP waits for readiness by reading nothing.
            return 0;
        }

        while (_payload == 0 && !_isEnded)
        {
            await NextFrameAsync(cancellationToken).ConfigureAwait(false);
        }

        var count = Math.Min(_payload, buffer.Length);
        _in.AsSpan(_start, count).CopyTo(buffer.Span);
        _start += count;
        _payload -= count;
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var count = Math.Min(buffer.Length, ChannelFraming.MaxPayload);
            ChannelFraming.WriteHeader(_out, count, _tag);
            buffer.Span[..count].CopyTo(_out.AsSpan(ChannelFraming.HeaderLength));
            ChannelFraming.WriteTrailer(_out.AsSpan(ChannelFraming.HeaderLength + count), _tag);
            // Until the whole frame is out, giving up leaves the other side in the middle of it.
            _isBroken = true;
            await _port.WriteAsync(_out.AsMemory(0, ChannelFraming.HeaderLength + count + ChannelFraming.TrailerLength), cancellationToken).ConfigureAwait(false);
            _isBroken = false;
            buffer = buffer[count..];
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw NotSynchronous();

    public override void Write(byte[] buffer, int offset, int count) => throw NotSynchronous();

    public override long Seek(long offset, SeekOrigin origin) => throw NotSeekable();

    public override void SetLength(long value) => throw NotSeekable();

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _port.Dispose();
            _onClosed(!_isBroken && _isEnded);
        }

        base.Dispose(disposing);
    }

    /// <summary>A frame's payload counts only when its trailer proved right: everything before it is what a hostile or confused guest claims.</summary>
    private async ValueTask NextFrameAsync(CancellationToken cancellationToken)
    {
        if (_isInFrame)
        {
            _start += ChannelFraming.TrailerLength;
            _isInFrame = false;
        }

        await FillAsync(ChannelFraming.HeaderLength, cancellationToken).ConfigureAwait(false);
        if (!ChannelFraming.TryReadHeader(_in.AsSpan(_start), _tag, out var length))
        {
            throw Broken();
        }

        await FillAsync(ChannelFraming.HeaderLength + length + ChannelFraming.TrailerLength, cancellationToken).ConfigureAwait(false);
        if (!ChannelFraming.IsTrailer(_in.AsSpan(_start + ChannelFraming.HeaderLength + length), _tag))
        {
            throw Broken();
        }

        _start += ChannelFraming.HeaderLength;
        _payload = length;
        _isInFrame = true;
        _isEnded = length == 0;
    }

    private async ValueTask FillAsync(int needed, CancellationToken cancellationToken)
    {
        if (_start + needed > _in.Length || _start == _end)
        {
            _in.AsSpan(_start, _end - _start).CopyTo(_in);
            (_start, _end) = (0, _end - _start);
        }

        while (_end - _start < needed)
        {
            var read = await _port.ReadAsync(_in.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw new IOException("The guest's port was closed.");
            }

            _end += read;
        }
    }

    private static NotSupportedException NotSeekable() => new("A port gives its bytes once and in order: it has no length and no position.");

    private static NotSupportedException NotSynchronous() => new("A port is read and written asynchronously alone: the guest decides how long that takes.");

    private static SessionException Broken() => new(SandboxErrorCode.SessionProtocol, "The guest's daemon broke the framing of its port.");
}
