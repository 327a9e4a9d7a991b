namespace DesktopGrid.VmSandbox.Primitives;

/// <summary>The last lines of a stream that may be endless and hostile: bounded in lines and in characters a line. Safe for use by several threads.</summary>
internal sealed class TextTail(int maxLines = TextTail.DefaultMaxLines, int maxLineLength = TextTail.DefaultMaxLineLength)
{
    /// <summary>As many as a person reads.</summary>
    public const int DefaultMaxLines = 40;

    /// <summary>Characters; the rest of a line is cut.</summary>
    public const int DefaultMaxLineLength = 500;

    private readonly Lock _lock = new();
    private readonly Queue<string> _lines = new();

    /// <summary>Takes one line; control characters become dots, so that a guest cannot write to the reader's terminal.</summary>
    public void Add(string line)
    {
        var clean = Clean(line.Length > maxLineLength ? line[..maxLineLength] : line);
        lock (_lock)
        {
            _lines.Enqueue(clean);
            while (_lines.Count > maxLines)
            {
                _lines.Dequeue();
            }
        }
    }

    /// <summary>The lines kept, oldest first.</summary>
    public IReadOnlyList<string> Snapshot()
    {
        lock (_lock)
        {
            return [.. _lines];
        }
    }

    /// <summary>The same text with control characters (but tab) made visible as dots.</summary>
    public static string Clean(string text) =>
        text.Any(IsHarmful)
            ? string.Create(text.Length, text, static (span, source) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = IsHarmful(source[i]) ? '.' : source[i];
                }
            })
            : text;

    // Both ranges of control characters: some terminals take U+009B for an escape sequence.
    /// <summary>Controls but the tab, and what turns the direction of a line about or breaks it (Unicode: UAX 9, UAX 14).</summary>
    private static bool IsHarmful(char c) => (char.IsControl(c) && c != '\t') || c is '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
