using System.Text.RegularExpressions;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Jobs.Running;

/// <summary>
/// Looks for a pattern in one stream of a program's output. Of each part that arrives only the last lines are looked at, from the newest back: a program
/// that floods its output has no more of the host's time than one that does not.
/// </summary>
internal sealed class FractionLines
{
    private const int MaxLineBytes = 1024, MaxLines = 64;

    private readonly Regex _pattern;
    private readonly Queue<string> _newest = new();
    private readonly LineSplitter _lines;

    public FractionLines(Regex pattern)
    {
        _pattern = pattern;
        _lines = new LineSplitter(Keep, MaxLineBytes);
    }

    /// <summary>A pattern as it is used: in time that grows with the text only, whatever text a guest finds.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    /// <exception cref="NotSupportedException">It cannot be matched without going back.</exception>
    public static Regex Compile(string pattern) => new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>The newest fraction in what arrived; null where it has none.</summary>
    public double? Add(ReadOnlySpan<byte> bytes)
    {
        for (var rest = bytes; !rest.IsEmpty;)
        {
            // Bars that draw themselves anew end their lines so.
            var end = rest.IndexOf((byte)'\r');
            _lines.Add(end < 0 ? rest : rest[..end]);
            if (end >= 0)
            {
                _lines.Flush();
            }

            rest = end < 0 ? [] : rest[(end + 1)..];
        }

        return Newest();
    }

    /// <summary>The same at the program's end, of a last line without an end.</summary>
    public double? Finish()
    {
        _lines.Flush();
        return Newest();
    }

    private double? Newest()
    {
        var found = _newest.Reverse().Select(line => FractionText.OfLine(_pattern.Match(line), line)).FirstOrDefault(static fraction => fraction is not null);
        _newest.Clear();
        return found;
    }

    private void Keep(string line)
    {
        if (_newest.Count == MaxLines)
        {
            _newest.Dequeue();
        }

        _newest.Enqueue(line);
    }
}
