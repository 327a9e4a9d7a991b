using System.Text.RegularExpressions;

namespace DesktopGrid.VmSandbox.DocTests;

/// <summary>One page: its prose apart from its fenced blocks. What of Markdown our pages use, no more.</summary>
internal sealed partial record MarkdownPage(string Name, string Path, IReadOnlyList<string> Prose, IReadOnlyList<MarkdownFence> Fences)
{
    /// <summary>The targets of its links.</summary>
    public IEnumerable<string> Links => Prose.SelectMany(static line => Link().Matches(CodeSpan().Replace(line, "")).Select(static match => match.Groups[1].Value));

    /// <summary>The texts between backticks.</summary>
    public IEnumerable<string> CodeSpans => Prose.SelectMany(static line => CodeSpan().Matches(line).Select(static match => match.Groups[1].Value));

    /// <summary>Its headings as links name them: lower case, no punctuation, hyphens for spaces.</summary>
    public IEnumerable<string> Anchors => Headings.Select(static heading => NotInAnchor().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-'));

    public IEnumerable<string> Headings => Prose.Where(static line => line.StartsWith('#')).Select(static line => line.TrimStart('#').Trim());

    /// <summary>The rows of its tables, each as its cells; heads and rules left out.</summary>
    public IEnumerable<IReadOnlyList<string>> Rows => Prose
        .Zip(Prose.Skip(1).Append(""))
        .Where(static pair => pair.First.StartsWith('|') && !pair.First.StartsWith("|-", StringComparison.Ordinal) && !pair.Second.StartsWith("|-", StringComparison.Ordinal))
        .Select(static pair => (IReadOnlyList<string>)[.. pair.First.Trim().Trim('|').Split('|').Select(static cell => cell.Trim())]);

    public static MarkdownPage Read(string path)
    {
        var prose = new List<string>();
        var fences = new List<MarkdownFence>();
        List<string>? body = null;
        var (language, marker) = ("", "");
        foreach (var line in File.ReadAllLines(path))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                if (body is null)
                {
                    (body, language, marker) = ([], line[3..].Trim(), prose.Count > 0 ? prose[^1] : "");
                    continue;
                }

                fences.Add(new MarkdownFence(language, SnippetMarker().Match(marker) is { Success: true } match ? match.Groups[1].Value : null, string.Join('\n', body)));
                body = null;
                continue;
            }

            (body ?? prose).Add(line);
        }

        return new MarkdownPage(System.IO.Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'), path, prose, fences);
    }

    public override string ToString() => Name;

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();

    [GeneratedRegex("^<!-- snippet: ([a-z-]+) -->$")]
    private static partial Regex SnippetMarker();
}

/// <summary>A fenced block.</summary>
/// <param name="Language">What its fence says; empty for plain text.</param>
/// <param name="Snippet">The name in the comment on the line before it; null for none.</param>
/// <param name="Text">Its lines.</param>
internal sealed record MarkdownFence(string Language, string? Snippet, string Text);
