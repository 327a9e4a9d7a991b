using System.Text;

namespace DesktopGrid.VmSandbox.Boinc.JobXml;

/// <summary>A command line as one text, taken apart as the stock wrapper does (lib/str_util.cpp, parse_command_line): at white space, with quotes.</summary>
internal static class ArgumentText
{
    /// <summary>The arguments; none of a text without any.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        var found = new List<string>();
        var word = new StringBuilder();
        char? quote = null;
        var isOpen = false;
        foreach (var letter in text)
        {
            if (quote is not null)
            {
                if (letter == quote)
                {
                    quote = null;
                }
                else
                {
                    word.Append(letter);
                }
            }
            else if (letter is '"' or '\'')
            {
                (quote, isOpen) = (letter, true);
            }
            else if (char.IsWhiteSpace(letter))
            {
                if (isOpen || word.Length > 0)
                {
                    found.Add(word.ToString());
                }

                word.Clear();
                isOpen = false;
            }
            else
            {
                word.Append(letter);
            }
        }

        if (isOpen || word.Length > 0)
        {
            found.Add(word.ToString());
        }

        return found;
    }
}
