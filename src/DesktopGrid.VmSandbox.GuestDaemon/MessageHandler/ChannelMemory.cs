using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.GuestDaemon.MessageHandler;

/// <summary>
/// The file of the channels, which the program has mapped and the daemon has not: one who maps a file that another cuts off dies of it. So it is read and
/// written; what is no longer there, or cannot be written, is nothing.
/// </summary>
/// <param name="file">Its own descriptor: whatever the program does with the name.</param>
/// <param name="size">Bytes of each channel.</param>
internal sealed class ChannelMemory(SafeFileHandle file, int size) : IDisposable
{
    // Behind the first byte.
    private readonly byte[] _text = new byte[size - 1];

    /// <summary>Takes the text of a channel and empties it; null where it is empty. For one caller at a time.</summary>
    public string? Take(int channel)
    {
        try
        {
            if (ReadFlag(channel) is null or 0 || RandomAccess.Read(file, _text, Offset(channel) + 1) != _text.Length)
            {
                return null;
            }

            // The text first: once the flag is away the program may write anew.
            RandomAccess.Write(file, [0], Offset(channel));
        }
        catch (IOException)
        {
            // A hole that the program made, on a full disk. What could not be emptied would come again and again.
            return null;
        }

        // A text without an end is cut where its NUL should stand.
        var text = _text.AsSpan(0, _text.Length - 1);
        return Encoding.UTF8.GetString(text.IndexOf((byte)0) is >= 0 and var end ? text[..end] : text);
    }

    /// <summary>Fills a channel that is empty.</summary>
    /// <returns>False where it is not.</returns>
    public bool TryPut(int channel, ReadOnlySpan<byte> text)
    {
        try
        {
            if (ReadFlag(channel) is not 0)
            {
                return false;
            }

            RandomAccess.Write(file, [.. text, 0], Offset(channel) + 1);
            RandomAccess.Write(file, [1], Offset(channel));
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void Dispose() => file.Dispose();

    private long Offset(int channel) => (long)channel * size;

    private byte? ReadFlag(int channel)
    {
        Span<byte> flag = stackalloc byte[1];
        return RandomAccess.Read(file, flag, Offset(channel)) == 1 ? flag[0] : null;
    }
}
