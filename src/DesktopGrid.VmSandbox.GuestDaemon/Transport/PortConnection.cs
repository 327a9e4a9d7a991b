using System.Buffers;
using System.IO.Pipelines;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace DesktopGrid.VmSandbox.GuestDaemon.Transport;

/// <summary>
/// One host connection on a port, as Kestrel sees it: a pair of pipes. Received bytes are delivered by the port's reader; sent bytes are
/// framed here, by one loop. Ended by the daemon, it still finishes its frame and says that it is the last; the host is told at once.
/// The reason of the end is set once.
/// </summary>
internal sealed class PortConnection : ConnectionContext, IDuplexPipe
{
    private const int PauseBytes = 8 * BlockPool.BlockSize;

    // How long the host may take to read the last frame of a connection that the daemon ends.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    private readonly Pipe _received;
    private readonly Pipe _sent;
    private readonly CancellationTokenSource _closed = new();
    private readonly CancellationTokenSource _hostGone = new();
    private readonly FrameWriter _writer;
    private readonly byte[] _epoch;
    private Task _sending = Task.CompletedTask;
    private string? _closeReason;

    public PortConnection(PortHandle handle, PortEndPoint endPoint, BlockPool pool, ReadOnlySpan<byte> epoch)
    {
        _received = new Pipe(Options(pool, PipeScheduler.ThreadPool));
        // Whoever answers writes to the port itself: on one processor a second thread would only be one more to switch to.
        _sent = new Pipe(Options(pool, PipeScheduler.Inline));
        _epoch = epoch.ToArray();
        Tag = ChannelFraming.Tag(epoch);
        _writer = new FrameWriter(handle, Tag, _hostGone.Token);
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
        if (!IsClosed)
        {
            // One that the daemon has ended says so first.
            _hostGone.Cancel();
        }

        Close(reason);
        _received.Writer.Complete(new ConnectionResetException(reason));
    }

    /// <summary>Kestrel gives no reason (null, against its own signature) where the connection has ended already.</summary>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        Close(abortReason?.Message ?? "the connection was aborted");
        _sent.Reader.CancelPendingRead();
        _hostGone.CancelAfter(EndPatience);
    }

    public override async ValueTask DisposeAsync()
    {
        // Kestrel is done with both directions. What it has written still goes out; the writer gives up when the host is gone.
        await _received.Reader.CompleteAsync();
        await _sent.Writer.CompleteAsync();
        await _sending;
        Close("the connection was closed");
        await base.DisposeAsync();
    }

    private static PipeOptions Options(BlockPool pool, PipeScheduler reader) => new(
        pool,
        reader,
        pauseWriterThreshold: PauseBytes,
        resumeWriterThreshold: PauseBytes / 2,
        minimumSegmentSize: BlockPool.BlockSize,
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
                if (result.IsCompleted || result.IsCanceled)
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
        if (Interlocked.CompareExchange(ref _closeReason, reason, null) is not null)
        {
            return;
        }

        try
        {
            _closed.Cancel();
        }
        catch (AggregateException e)
        {
            // A callback of Kestrel's failed. This process is init: it must live.
            DaemonLog.Write($"{ConnectionId}: {e.GetBaseException().Message}");
        }
    }
}
