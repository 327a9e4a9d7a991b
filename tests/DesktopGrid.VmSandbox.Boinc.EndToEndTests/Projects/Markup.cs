using System.Globalization;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

/// <summary>Reads BOINC's markup as BOINC does: by the text of the tags. It is not always XML, since a program's own words stand in it.</summary>
internal static class Markup
{
    /// <summary>What stands between the first such tag and its end; null where there is none.</summary>
    public static string? Find(string text, string name)
    {
        var begin = text.IndexOf($"<{name}>", StringComparison.Ordinal);
        if (begin < 0)
        {
            return null;
        }

        begin += name.Length + 2;
        var end = text.IndexOf($"</{name}>", begin, StringComparison.Ordinal);
        return end < 0 ? null : text[begin..end].Trim('\n', ' ');
    }

    /// <summary>All of that name, which hold none of their own name.</summary>
    public static IEnumerable<string> FindAll(string text, string name)
    {
        var end = $"</{name}>";
        for (var at = text.IndexOf($"<{name}>", StringComparison.Ordinal); at >= 0; at = text.IndexOf($"<{name}>", at + 1, StringComparison.Ordinal))
        {
            var close = text.IndexOf(end, at, StringComparison.Ordinal);
            if (close < 0)
            {
                yield break;
            }

            yield return text[(at + name.Length + 2)..close];
        }
    }

    /// <summary>The number of such an element, or 0.</summary>
    public static double Number(string text, string name) =>
        double.TryParse(Find(text, name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
