using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.GuestDaemon.MessageHandler;

/// <summary>What waits for one channel to be empty.</summary>
/// <param name="isRepeated">Whether only the newest text counts, and is due again each second.</param>
internal sealed class ChannelQueue(bool isRepeated)
{
    private const int RepeatMs = 1000;

    private readonly Lock _lock = new();
    private readonly Queue<byte[]> _waiting = new();
    private byte[]? _last;
    private long _writtenAt;

    /// <returns>False where it is full.</returns>
    public bool TryAdd(byte[] text)
    {
        lock (_lock)
        {
            if (isRepeated)
            {
                _waiting.Clear();
            }

            if (_waiting.Count >= ProtocolLimits.MaxChannelTexts)
            {
                return false;
            }

            _waiting.Enqueue(text);
            return true;
        }
    }

    /// <summary>The text that is to be written now; null for none.</summary>
    /// <param name="now">Milliseconds.</param>
    public byte[]? Due(long now)
    {
        lock (_lock)
        {
            return _waiting.TryPeek(out var next) ? next
                : isRepeated && now - _writtenAt >= RepeatMs ? _last
                : null;
        }
    }

    /// <summary>It stands in the channel.</summary>
    public void Written(byte[] text, long now)
    {
        lock (_lock)
        {
            // A newer one may have taken its place meanwhile.
            if (_waiting.TryPeek(out var next) && ReferenceEquals(next, text))
            {
                _waiting.Dequeue();
            }

            _last = text;
            _writtenAt = now;
        }
    }
}
