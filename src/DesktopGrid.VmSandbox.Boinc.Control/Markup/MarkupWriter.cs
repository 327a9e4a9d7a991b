using System.Text;

namespace DesktopGrid.VmSandbox.Boinc.Control.Markup;

/// <summary>Writes XML as the client's parser wants it: one element a line, text escaped, no attributes.</summary>
internal sealed class MarkupWriter
{
    private readonly StringBuilder _text = new();
    private readonly Stack<string> _open = new();

    public void Open(string name)
    {
        Indent().Append('<').Append(name).Append(">\n");
        _open.Push(name);
    }

    public void Close()
    {
        var name = _open.Pop();
        Indent().Append("</").Append(name).Append(">\n");
    }

    /// <summary>One element with a text; nothing where the text is null.</summary>
    public void Value(string name, string? text)
    {
        if (text is not null)
        {
            Indent().Append('<').Append(name).Append('>').Append(Escape(text)).Append("</").Append(name).Append(">\n");
        }
    }

    /// <summary>An empty element where the flag is set.</summary>
    public void Flag(string name, bool isSet = true)
    {
        if (isSet)
        {
            Indent().Append('<').Append(name).Append("/>\n");
        }
    }

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_text.ToString());

    private static string Escape(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            _ = c switch
            {
                '&' => result.Append("&amp;"),
                '<' => result.Append("&lt;"),
                '>' => result.Append("&gt;"),
                _ when char.IsControl(c) => result.Append(' '),
                _ => result.Append(c),
            };
        }

        return result.ToString();
    }

    private StringBuilder Indent() => _text.Append(' ', 4 * _open.Count);
}
