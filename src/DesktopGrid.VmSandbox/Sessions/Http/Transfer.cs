
namespace DesktopGrid.VmSandbox.Sessions.Http;

/// <summary>
/// Watches one transfer: it may take as long as it likes, but not stand still. Tells its progress ten times a second at most, and at the end.
/// </summary>
internal sealed class Transfer : IDisposable
{
    private static readonly TimeSpan TellPause = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stall;
    private readonly CancellationTokenSource _linked;
    private readonly TimeSpan _limit;
    private readonly TimeProvider _time;
    private readonly string _path;
    private readonly long? _total;
    private readonly IProgress<TransferProgress>? _progress;
    private long _toldAt;

    public Transfer(string path, long? total, IProgress<TransferProgress>? progress, GuestHttp http, CancellationToken cancellationToken)
    {
        (_path, _total, _progress, _limit, _time) = (path, total, progress, http.Options.TransferStallTimeout, http.Time);
        _stall = new CancellationTokenSource(_limit, _time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_stall.Token, cancellationToken);
        _toldAt = _time.GetTimestamp();
    }

    /// <summary>Cancelled by the caller, or when nothing has moved for the limit.</summary>
    public CancellationToken Token => _linked.Token;

    /// <summary>Bytes that have moved.</summary>
    public long Bytes { get; private set; }

    public void Move(int bytes)
    {
        Bytes += bytes;
        _stall.CancelAfter(_limit);
        if (_progress is not null && _time.GetElapsedTime(_toldAt) >= TellPause)
        {
            _toldAt = _time.GetTimestamp();
            _progress.Report(new TransferProgress(_path, Bytes, _total));
        }
    }

    public void Finish() => _progress?.Report(new TransferProgress(_path, Bytes, _total ?? Bytes));

    public void Dispose()
    {
        _linked.Dispose();
        _stall.Dispose();
    }
}

/// <summary>Sends a stream in large blocks and tells the transfer of each.</summary>
internal sealed class TransferContent(Stream source, Transfer transfer) : HttpContent
{
    private const int BlockSize = 128 * 1024;

    /// <summary>The caller's own stream failed; the guest is not to blame.</summary>
    public Exception? SourceFault { get; private set; }

    protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
    {
        var block = new byte[BlockSize];
        while (await ReadAsync(block).ConfigureAwait(false) is > 0 and var read)
        {
            await stream.WriteAsync(block.AsMemory(0, read), transfer.Token).ConfigureAwait(false);
            transfer.Move(read);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = source.CanSeek ? source.Length - source.Position : 0;
        return source.CanSeek;
    }

    private async Task<int> ReadAsync(byte[] block)
    {
        try
        {
            return await source.ReadAsync(block, transfer.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            SourceFault = e;
            throw;
        }
    }
}
