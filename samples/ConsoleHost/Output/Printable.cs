namespace DesktopGrid.VmSandbox.ConsoleHost.Output;

/// <summary>A guest's text is hostile: whatever a terminal could take for a command becomes a dot.</summary>
internal static class Printable
{
    public static string Line(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = IsHarmful(source[i]) ? '.' : source[i];
        }
    });

    /// <summary>Controls but the tab, and what turns the direction of a line about or breaks it (Unicode: UAX 9, UAX 14).</summary>
    private static bool IsHarmful(char c) => (char.IsControl(c) && c != '\t') || c is '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
