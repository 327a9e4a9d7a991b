using System.Text;

namespace DesktopGrid.VmSandbox.Boinc.XmlFiles;

/// <summary>
/// Makes XML of what the client writes: it puts names and command lines into its state as it got them, with a bare "&amp;" or "&lt;" in them,
/// in whatever encoding the project used, and its own parser does not mind.
/// </summary>
internal static class MarkupRepair
{
    private const string CDataStart = "<![CDATA[", CDataEnd = "]]>", CommentStart = "<!--", CommentEnd = "-->";

    // The longest reference: &#x10FFFF; or &quot;
    private const int LongestReference = 10;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Bytes as text: UTF-8 where they are that, without its mark, and one character a byte otherwise.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }

    /// <summary>The text with every stray "&amp;" and "&lt;" escaped, and without characters that XML forbids.</summary>
    public static string Repair(string text)
    {
        var result = new StringBuilder(text.Length + 64);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '<' && Verbatim(text, at) is { } length)
            {
                Append(result, text.AsSpan(at, length));
                at += length - 1;
                continue;
            }

            switch (text[at])
            {
                case '&' when !IsReference(text.AsSpan(at)):
                    result.Append("&amp;");
                    break;
                case '<' when !StartsTag(text, at):
                    result.Append("&lt;");
                    break;
                case var c:
                    Append(result, [c]);
                    break;
            }
        }

        return result.ToString();
    }

    /// <summary>How long the part is that begins here and is to stay as it is; null where none begins.</summary>
    private static int? Verbatim(string text, int at)
    {
        foreach (var (start, end) in ((string, string)[])[(CDataStart, CDataEnd), (CommentStart, CommentEnd)])
        {
            if (string.CompareOrdinal(text, at, start, 0, start.Length) == 0)
            {
                var close = text.IndexOf(end, at + start.Length, StringComparison.Ordinal);
                return (close < 0 ? text.Length : close + end.Length) - at;
            }
        }

        return null;
    }

    private static bool IsReference(ReadOnlySpan<char> text)
    {
        var end = text[..Math.Min(text.Length, LongestReference)].IndexOf(';');
        if (end < 2)
        {
            return false;
        }

        var name = text[1..end];
        return name is "amp" or "lt" or "gt" or "quot" or "apos" || (name[0] == '#' && IsCharacter(name[1..]));
    }

    private static bool IsCharacter(ReadOnlySpan<char> number)
    {
        var hex = number is ['x', ..];
        var digits = hex ? number[1..] : number;
        return int.TryParse(digits, hex ? System.Globalization.NumberStyles.AllowHexSpecifier : System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value) && Rune.IsValid(value) && IsAllowed(value);
    }

    private static bool StartsTag(string text, int at) => at + 1 < text.Length && (char.IsAsciiLetter(text[at + 1]) || text[at + 1] is '/' or '!' or '?' or '_');

    private static void Append(StringBuilder result, ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (char.IsSurrogate(c) || IsAllowed(c))
            {
                result.Append(c);
            }
        }
    }

    private static bool IsAllowed(int c) => c is '\t' or '\n' or '\r' or (>= 0x20 and not 0xfffe and not 0xffff);
}
