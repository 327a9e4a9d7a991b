using System.Text;

namespace DesktopGrid.VmSandbox.Primitives;

/// <summary>Cuts a byte stream that may be endless and hostile into lines of bounded length. For one thread.</summary>
internal sealed class LineSplitter(Action<string> onLine, int maxLineBytes = 4096)
{
    private readonly byte[] _line = new byte[maxLineBytes];
    private int _length;

    /// <summary>Takes bytes as they come; a line that is too long is cut in pieces.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            var part = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? [] : bytes[(end + 1)..];
            Append(part);
            if (end >= 0)
            {
                Emit();
            }
        }
    }

    /// <summary>Gives out what is there without its end.</summary>
    public void Flush()
    {
        if (_length > 0)
        {
            Emit();
        }
    }

    private void Append(ReadOnlySpan<byte> part)
    {
        while (!part.IsEmpty)
        {
            var fits = Math.Min(part.Length, _line.Length - _length);
            part[..fits].CopyTo(_line.AsSpan(_length));
            _length += fits;
            part = part[fits..];
            if (!part.IsEmpty)
            {
                Emit();
            }
        }
    }

    private void Emit()
    {
        var text = Encoding.UTF8.GetString(_line, 0, _length).TrimEnd('\r');
        _length = 0;
        onLine(text);
    }
}
