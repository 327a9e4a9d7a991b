using System.Globalization;
using System.Text.RegularExpressions;

namespace DesktopGrid.VmSandbox.Jobs.Running;

/// <summary>How far a program is, out of what it says: a message, the end of a file, a line that fits a pattern. Hostile text; null for what says nothing.</summary>
internal static class FractionText
{
    /// <summary>A message: a number from 0 to 1, and nothing else.</summary>
    public static double? OfMessage(string text) => Number(text.AsSpan().Trim()) is >= 0 and <= 1 and var value ? value : null;

    /// <summary>The last number in the end of a file, clamped.</summary>
    /// <param name="text">The end.</param>
    /// <param name="isCut">Whether something stands before it: its first word may then be the rest of one.</param>
    public static double? OfFileEnd(string text, bool isCut)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        for (var i = words.Length - 1; i >= (isCut && !char.IsWhiteSpace(text[0]) ? 1 : 0); i--)
        {
            if (Number(words[i]) is { } value)
            {
                return Math.Clamp(value, 0, 1);
            }
        }

        return null;
    }

    /// <summary>A line that fits, with one group or two.</summary>
    public static double? OfLine(Match match, string line)
    {
        var group = match.Groups[1];
        if (!match.Success || !group.Success || Number(group.ValueSpan.Trim()) is not { } value)
        {
            return null;
        }

        if (match.Groups.Count > 2)
        {
            return Number(match.Groups[2].ValueSpan.Trim()) is > 0 and var whole ? Math.Clamp(value / whole, 0, 1) : null;
        }

        var isPercentage = value > 1 || line.AsSpan(group.Index + group.Length).TrimStart().StartsWith('%');
        return Math.Clamp(isPercentage ? value / 100 : value, 0, 1);
    }

    private static double? Number(ReadOnlySpan<char> text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;
}
