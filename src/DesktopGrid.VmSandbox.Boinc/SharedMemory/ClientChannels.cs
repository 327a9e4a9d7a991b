using System.Text;
using DesktopGrid.VmSandbox.Boinc.Platform;

namespace DesktopGrid.VmSandbox.Boinc.SharedMemory;

/// <summary>
/// The eight channels, from the application's side. There is no lock: who sends writes the text and then the flag, and only while the flag is down;
/// who receives copies the text and takes the flag down. Of one thread at a time.
/// </summary>
internal sealed class ClientChannels(ISharedBytes memory) : IDisposable
{
    /// <summary>Takes what the client has sent; null for nothing.</summary>
    public string? Take(ClientChannel channel)
    {
        var bytes = Of(channel);
        if (Volatile.Read(ref bytes[0]) == 0)
        {
            return null;
        }

        var text = bytes[1..];
        var end = text.IndexOf((byte)0);
        var taken = Encoding.UTF8.GetString(end < 0 ? text : text[..end]);
        Volatile.Write(ref bytes[0], 0);
        return taken;
    }

    /// <summary>Sends, where the client has taken what was sent before.</summary>
    /// <returns>Whether it was sent.</returns>
    public bool TrySend(ClientChannel channel, string text)
    {
        var bytes = Of(channel);
        if (Volatile.Read(ref bytes[0]) != 0)
        {
            return false;
        }

        var encoded = Encoding.UTF8.GetBytes(text);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(encoded.Length, ChannelLayout.MostTextBytes, nameof(text));
        encoded.CopyTo(bytes[1..]);
        bytes[encoded.Length + 1] = 0;
        Volatile.Write(ref bytes[0], 1);
        return true;
    }

    /// <inheritdoc />
    public void Dispose() => memory.Dispose();

    private Span<byte> Of(ClientChannel channel) => memory.Bytes.Slice((int)channel * ChannelLayout.ChannelBytes, ChannelLayout.ChannelBytes);
}
