using System.Security.Cryptography;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Sessions.Http;

/// <summary>
/// One port and what is known of its other end. A port never connected before needs one hello, however long the guest takes to boot. One
/// that was left may have half a frame and old answers queued on either side: the hello is repeated behind zeros that end any half frame,
/// and everything before the answer to our own epoch is thrown away.
/// </summary>
internal sealed class PortLine(LocalEndpoint endpoint, bool isFresh, TimeProvider time)
{
    private static readonly TimeSpan HelloPause = TimeSpan.FromSeconds(1);
    private const int MaxStaleBytes = 64 * 1024 * 1024;

    private bool _isFresh = isFresh;
    private bool _isClean = isFresh;

    /// <summary>Connects and greets; the stream calls <paramref name="onClosed"/> when it has been disposed of.</summary>
    public async Task<Stream> ConnectAsync(Action onClosed, CancellationToken cancellationToken)
    {
        var port = await endpoint.ConnectAsync(time, cancellationToken).ConfigureAwait(false);
        try
        {
            var epoch = RandomNumberGenerator.GetBytes(ChannelFraming.EpochLength);
            await GreetAsync(port, epoch, cancellationToken).ConfigureAwait(false);
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

    private async Task GreetAsync(Stream port, byte[] epoch, CancellationToken cancellationToken)
    {
        byte[] hello = [.. ChannelFraming.HelloMagic, .. epoch];
        byte[] ready = [.. ChannelFraming.ReadyMagic, .. epoch];
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answer = FindAsync(port, ready, done.Token);
        try
        {
            await port.WriteAsync(_isClean ? hello : [.. new byte[ChannelFraming.FlushLength], .. hello], cancellationToken).ConfigureAwait(false);
            while (!_isFresh && await Task.WhenAny(answer, Task.Delay(HelloPause, time, done.Token)).ConfigureAwait(false) != answer)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await port.WriteAsync((byte[])[.. new byte[ChannelFraming.FlushLength], .. hello], cancellationToken).ConfigureAwait(false);
            }

            await answer.ConfigureAwait(false);
        }
        finally
        {
            await done.CancelAsync().ConfigureAwait(false);
            await answer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Reads byte for byte what may be left of an older connection, until the answer to this one has been seen. The guest says nothing after it unasked.</summary>
    private static async Task FindAsync(Stream port, byte[] ready, CancellationToken cancellationToken)
    {
        var window = new byte[ready.Length];
        var buffer = new byte[1];
        for (var seen = 0L; seen < MaxStaleBytes; seen++)
        {
            if (await port.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) == 0)
            {
                throw new IOException("The guest's port was closed.");
            }

            window.AsSpan(1).CopyTo(window);
            window[^1] = buffer[0];
            if (window.AsSpan().SequenceEqual(ready))
            {
                return;
            }
        }

        throw new SessionException(SandboxErrorCode.SessionProtocol, "The guest's daemon does not answer the greeting of its port.");
    }
}
