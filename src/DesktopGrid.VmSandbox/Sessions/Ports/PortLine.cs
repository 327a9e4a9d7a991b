using System.Security.Cryptography;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Platform.Sockets;

namespace DesktopGrid.VmSandbox.Sessions.Ports;

/// <summary>
/// One port and what is known of its other end. A port never connected before needs one hello, however long the guest takes to boot. One
/// that was left may have half a frame and old answers queued on either side: the hello is repeated behind zeros that end any half frame,
/// and everything before the answer to our own epoch is thrown away.
/// </summary>
internal sealed class PortLine(LocalEndpoint endpoint, bool isFresh, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private bool _isFresh = isFresh;
    private bool _isClean = isFresh;

    /// <summary>Connects and greets; the stream calls <paramref name="onClosed"/> when it has been disposed of.</summary>
    public async Task<Stream> ConnectAsync(Action onClosed, CancellationToken cancellationToken)
    {
        var port = await endpoint.ConnectAsync(time, cancellationToken).ConfigureAwait(false);
        try
        {
            var epoch = await GreetAsync(port, cancellationToken).ConfigureAwait(false);
            (_isFresh, _isClean) = (false, false);
            return new FramedStream(port, epoch, isClean =>
            {
                _isClean = isClean;
                onClosed();
            });
        }
        catch
        {
            (_isFresh, _isClean) = (false, false);
            await port.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Says hello until the guest answers, each time with an epoch of its own and twice as patiently: a guest that was merely slow answers
    /// every hello, and only the answer to the last one is surely followed by nothing but frames.
    /// </summary>
    private async Task<byte[]> GreetAsync(Stream port, CancellationToken cancellationToken)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var search = new ReadySearch(port);
        var answer = Task.CompletedTask;
        try
        {
            for (var pause = FirstPause; ; pause *= 2)
            {
                var epoch = RandomNumberGenerator.GetBytes(ChannelFraming.EpochLength);
                search.Expect(epoch);
                byte[] hello = [.. ChannelFraming.HelloMagic, .. epoch];
                await port.WriteAsync(_isClean ? hello : [.. new byte[ChannelFraming.FlushLength], .. hello], cancellationToken).ConfigureAwait(false);
                answer = answer.IsCompleted ? search.RunAsync(done.Token) : answer;
                if (_isFresh || await Task.WhenAny(answer, Task.Delay(pause, time, done.Token)).ConfigureAwait(false) == answer)
                {
                    await answer.ConfigureAwait(false);
                    return epoch;
                }

                cancellationToken.ThrowIfCancellationRequested();
                _isClean = false;
            }
        }
        finally
        {
            await done.CancelAsync().ConfigureAwait(false);
            await answer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
