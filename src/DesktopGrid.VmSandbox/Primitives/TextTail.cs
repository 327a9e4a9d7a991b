namespace DesktopGrid.VmSandbox.Primitives;

/// <summary>The last lines of a stream that may be endless and hostile: bounded in lines and in characters a line. Safe for use by several threads.</summary>
internal sealed class TextTail(int maxLines = 40, int maxLineLength = 500)
{
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
        text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.Contains('\x7f')
            ? string.Create(text.Length, text, static (span, source) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    var c = source[i];
                    span[i] = char.IsControl(c) && c != '\t' ? '.' : c;
                }
            })
            : text;
}
