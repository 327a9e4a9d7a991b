using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.Sessions.Http;

/// <summary>
/// Watches one transfer: it may take as long as it likes, but the guest must not stand still when it is its turn. What the caller's own
/// stream or loop does in between is not held against the guest. Tells its progress ten times a second at most, and at the end.
/// </summary>
internal sealed class Transfer : IDisposable
{
    private static readonly TimeSpan TellPause = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stall;
    private readonly CancellationTokenSource _linked;
    private readonly TimeSpan _limit;
    private readonly TimeProvider _time;
    private readonly string _path;
    private readonly IProgress<TransferProgress>? _progress;
    private long _toldAt;

    public Transfer(string path, IProgress<TransferProgress>? progress, GuestHttp http, CancellationToken cancellationToken)
    {
        (_path, _progress, _limit, _time) = (path, progress, http.Options.TransferStallTimeout, http.Time);
        _stall = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_stall.Token, cancellationToken, http.MachineEnded);
        _toldAt = _time.GetTimestamp();
    }

    /// <summary>Cancelled by the caller, when the guest has stood still for the limit, or when the machine has ended.</summary>
    public CancellationToken Token => _linked.Token;

    /// <summary>Bytes in all, where somebody knows.</summary>
    public long? Total { get; set; }

    /// <summary>Bytes that have moved.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether an exception of the caller's stream only hands on our own word to end; the stream may have one of its own.</summary>
    public bool WasCancelled(Exception exception) => exception is OperationCanceledException && Token.IsCancellationRequested;

    /// <summary>What the caller's own stream or taker of progress threw: nothing that the guest is to blame for.</summary>
    public Exception? CallerFault { get; set; }

    /// <summary>It is the guest's turn now.</summary>
    public void Expect() => _stall.CancelAfter(_limit);

    /// <summary>It is the caller's turn now.</summary>
    public void Rest() => _stall.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Move(int bytes)
    {
        Bytes += bytes;
        if (_progress is not null && _time.GetElapsedTime(_toldAt) >= TellPause)
        {
            _toldAt = _time.GetTimestamp();
            Tell(new TransferProgress(_path, Bytes, Total));
        }
    }

    public void Finish() => Tell(new TransferProgress(_path, Bytes, Total ?? Bytes));

    private void Tell(TransferProgress progress)
    {
        try
        {
            _progress?.Report(progress);
        }
        catch (Exception e)
        {
            CallerFault = e;
            throw;
        }
    }

    public void Dispose()
    {
        _linked.Dispose();
        _stall.Dispose();
    }
}

/// <summary>Sends a stream in large blocks and tells the transfer of each.</summary>
internal sealed class TransferContent(Stream source, Transfer transfer) : HttpContent
{
    // A block is a frame.
    private const int BlockSize = ChannelFraming.MaxPayload;

    protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
    {
        var block = new byte[BlockSize];
        var left = TryComputeLength(out var promised) ? promised : (long?)null;
        while (await ReadAsync(block).ConfigureAwait(false) is > 0 and var read)
        {
            left -= read;
            Demand(left is null or >= 0);
            await stream.WriteAsync(block.AsMemory(0, read), transfer.Token).ConfigureAwait(false);
            transfer.Move(read);
        }

        Demand(left is null or 0);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = source.CanSeek ? source.Length - source.Position : 0;
        return source.CanSeek;
    }

    /// <summary>A file that changes meanwhile, or one of the kernel's that has no true length: the connection must break, since its length was promised.</summary>
    private void Demand(bool promiseHolds)
    {
        if (!promiseHolds)
        {
            transfer.CallerFault = new IOException("It gives more or fewer bytes than its length says.");
            throw transfer.CallerFault;
        }
    }

    private async Task<int> ReadAsync(byte[] block)
    {
        transfer.Rest();
        try
        {
            return await source.ReadAsync(block, transfer.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!transfer.WasCancelled(e))
        {
            transfer.CallerFault = e;
            throw;
        }
        finally
        {
            transfer.Expect();
        }
    }
}
