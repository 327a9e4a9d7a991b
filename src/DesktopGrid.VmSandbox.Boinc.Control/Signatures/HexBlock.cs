namespace DesktopGrid.VmSandbox.Boinc.Control.Signatures;

/// <summary>BOINC's way to write large numbers: lines of hexadecimal digits, and a "." at the end.</summary>
internal static class HexBlock
{
    /// <summary>Exactly so many bytes; null where the text says anything else.</summary>
    public static byte[]? Parse(ReadOnlySpan<char> text, int length)
    {
        var bytes = new byte[length];
        var digits = 0;
        var ended = false;
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c))
            {
                continue;
            }

            if (ended || (c != '.' && (!char.IsAsciiHexDigit(c) || digits == 2 * length)))
            {
                return null;
            }

            ended = c == '.';
            if (!ended)
            {
                bytes[digits / 2] = (byte)((bytes[digits / 2] << 4) | Convert.ToInt32(c.ToString(), 16));
                digits++;
            }
        }

        return digits == 2 * length ? bytes : null;
    }
}
