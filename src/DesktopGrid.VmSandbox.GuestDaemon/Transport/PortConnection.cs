using System.Buffers;
using System.IO.Pipelines;
using DesktopGrid.VmSandbox.Contracts;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace DesktopGrid.VmSandbox.GuestDaemon.Transport;

/// <summary>
/// One host connection on a port, as Kestrel sees it: a pair of pipes. Received bytes are delivered by the port's reader; sent bytes are
/// framed here, by one loop. The reason of the end is set once.
/// </summary>
internal sealed class PortConnection : ConnectionContext, IDuplexPipe
{
    // Kestrel's own 4 KiB blocks would cost a system call each, and under emulation a system call is dear.
    private const int SegmentSize = ChannelFraming.MaxPayload;
    private const int PauseBytes = 8 * ChannelFraming.MaxPayload;

    private readonly Pipe _received = new(Options());
    private readonly Pipe _sent = new(Options());
    private readonly CancellationTokenSource _closed = new();
    private readonly FrameWriter _writer;
    private readonly byte[] _epoch;
    private Task _sending = Task.CompletedTask;
    private string? _closeReason;

    public PortConnection(PortHandle handle, PortEndPoint endPoint, ReadOnlySpan<byte> epoch)
    {
        _epoch = epoch.ToArray();
        Tag = ChannelFraming.Tag(epoch);
        _writer = new FrameWriter(handle, Tag, _closed.Token);
        LocalEndPoint = endPoint;
        ConnectionId = $"{endPoint.Name}#{Tag:x8}";
        ConnectionClosed = _closed.Token;
        Transport = this;
    }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    /// <summary>The tag of this connection's frames.</summary>
    public uint Tag { get; }

    /// <summary>Whether either side has ended it.</summary>
    public bool IsClosed => _closed.IsCancellationRequested;

    /// <summary>Where received payload goes before it is delivered.</summary>
    public IBufferWriter<byte> Received => _received.Writer;

    PipeReader IDuplexPipe.Input => _received.Reader;

    PipeWriter IDuplexPipe.Output => _sent.Writer;

    /// <summary>Answers the hello and begins to send, once the connection before has stopped sending on the same port.</summary>
    public void Start(PortConnection? before) => _sending = Task.Run(() => SendAsync(before?._sending ?? Task.CompletedTask));

    /// <summary>Shows what was received to the reader. False when nobody reads any more.</summary>
    public bool Deliver(bool endOfStream)
    {
        if (endOfStream)
        {
            _received.Writer.Complete();
            return false;
        }

        var flush = _received.Writer.FlushAsync(_closed.Token);
        try
        {
            // The port's reader has a thread of its own: to stand still here is the back-pressure.
            var result = flush.IsCompletedSuccessfully ? flush.Result : flush.AsTask().GetAwaiter().GetResult();
            return !result.IsCompleted;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Ends the connection because the host's end is gone.</summary>
    public void HostGone(string reason)
    {
        Close(reason);
        _received.Writer.Complete(new ConnectionResetException(reason));
    }

    public override void Abort(ConnectionAbortedException abortReason) => Close(abortReason.Message);

    public override async ValueTask DisposeAsync()
    {
        // Kestrel is done with both directions. What it has written still goes out; the writer gives up when the host is gone.
        await _received.Reader.CompleteAsync();
        await _sent.Writer.CompleteAsync();
        await _sending;
        Close("the connection was closed");
        await base.DisposeAsync();
    }

    private static PipeOptions Options() => new(
        MemoryPool<byte>.Shared,
        pauseWriterThreshold: PauseBytes,
        resumeWriterThreshold: PauseBytes / 2,
        minimumSegmentSize: SegmentSize,
        useSynchronizationContext: false);

    private async Task SendAsync(Task before)
    {
        try
        {
            await before;
            _writer.WriteReady(_epoch);
            while (true)
            {
                var result = await _sent.Reader.ReadAsync();
                _writer.WriteFrames(result.Buffer);
                _sent.Reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    _writer.WriteEnd();
                    break;
                }
            }

            await _sent.Reader.CompleteAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            Close(e.Message);
            await _sent.Reader.CompleteAsync(new ConnectionResetException(e.Message));
        }
    }

    private void Close(string reason)
    {
        if (Interlocked.CompareExchange(ref _closeReason, reason, null) is null)
        {
            _closed.Cancel();
        }
    }
}
