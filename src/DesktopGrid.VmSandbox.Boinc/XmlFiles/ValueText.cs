using System.Globalization;

namespace DesktopGrid.VmSandbox.Boinc.XmlFiles;

/// <summary>What a text of BOINC's means as a value: one rule for all readers, that of the client's own parser (lib/parse.cpp).</summary>
internal static class ValueText
{
    /// <summary>A number as C prints it; null for what is none, or none that is finite.</summary>
    public static double? Number(ReadOnlySpan<char> text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    /// <summary>A whole number of 32 bits, which may be written as C prints a double; null for any other.</summary>
    public static int? Whole(ReadOnlySpan<char> text) => Number(text) is >= int.MinValue and <= int.MaxValue and var number && number == Math.Truncate(number) ? (int)number : null;

    /// <summary>Whether a flag's text sets it: an empty one does, and a number but zero.</summary>
    public static bool IsSet(string text) => text.Length == 0 || Number(text) is { } number && number != 0;

    /// <summary>The number behind a tag, in a text of lines that need not be XML, as the channels carry it; null where there is none, or a cut one.</summary>
    public static double? Behind(string text, string tag)
    {
        var begin = text.IndexOf($"<{tag}>", StringComparison.Ordinal);
        if (begin < 0)
        {
            return null;
        }

        var value = text.AsSpan(begin + tag.Length + 2);
        var end = value.IndexOf('<');
        return end < 0 ? null : Number(value[..end]);
    }
}
