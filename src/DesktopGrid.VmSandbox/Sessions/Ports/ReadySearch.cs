using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Sessions.Ports;

/// <summary>Reads byte for byte what may be left of an older connection, until the guest's answer to the newest hello has been seen. It says nothing after it unasked.</summary>
internal sealed class ReadySearch(Stream port)
{
    private const int MaxStaleBytes = 64 * 1024 * 1024;

    private byte[] _ready = [];

    /// <summary>The answer to this epoch counts from now on, and no other.</summary>
    public void Expect(byte[] epoch) => Volatile.Write(ref _ready, [.. ChannelFraming.ReadyMagic, .. epoch]);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var window = new byte[ChannelFraming.HelloLength];
        var buffer = new byte[1];
        for (var seen = 0L; seen < MaxStaleBytes; seen++)
        {
            if (await port.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) == 0)
            {
                throw new IOException("The guest's port was closed.");
            }

            window.AsSpan(1).CopyTo(window);
            window[^1] = buffer[0];
            if (window.AsSpan().SequenceEqual(Volatile.Read(ref _ready)))
            {
                return;
            }
        }

        throw new SessionException(SandboxErrorCode.SessionProtocol, "The guest's daemon does not answer the greeting of its port.");
    }
}
