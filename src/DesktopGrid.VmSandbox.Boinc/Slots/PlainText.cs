using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Slots;

/// <summary>Texts of a guest and of others for people: nothing in them moves a terminal or a page. One rule, the library's own.</summary>
internal static class PlainText
{
    /// <summary>One line: dots for control characters but tabs, and for what turns a line's direction about.</summary>
    public static string Line(string text) => TextTail.Clean(text.ReplaceLineEndings(" "));

    /// <summary>Lines, each as above.</summary>
    public static string Lines(string text) => string.Join('\n', text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n').Select(TextTail.Clean));

    /// <summary>The beginning of a line, so that half of a pair of surrogates is never left; for texts that go on as JSON.</summary>
    public static string Beginning(string text, int length) =>
        string.Concat(TextTail.Clean(text.Length > length ? text[..length] : text).Select(static c => char.IsSurrogate(c) || c == '\t' ? '.' : c));
}
