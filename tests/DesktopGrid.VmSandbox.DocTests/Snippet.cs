namespace DesktopGrid.VmSandbox.DocTests;

/// <summary>Code of the samples between <c>// snippet: name</c> and <c>// end</c>, moved to the left margin.</summary>
internal sealed record Snippet(string Name, string File, string Text)
{
    private const string Begin = "// snippet: ", End = "// end";

    public static IReadOnlyList<Snippet> All { get; } = [.. Repository.Files(Path.Combine(Repository.Root, "samples"), "*.cs").SelectMany(Read)];

    private static IEnumerable<Snippet> Read(string file)
    {
        string? name = null;
        List<string> lines = [];
        foreach (var line in System.IO.File.ReadAllLines(file))
        {
            var text = line.Trim();
            if (text.StartsWith(Begin, StringComparison.Ordinal))
            {
                (name, lines) = (text[Begin.Length..], []);
            }
            else if (text == End)
            {
                yield return new Snippet(name ?? throw new InvalidOperationException($"{file} has an end without a snippet."), file, Dedent(lines));
                name = null;
            }
            else if (name is not null)
            {
                lines.Add(line);
            }
        }

        if (name is not null)
        {
            throw new InvalidOperationException($"The snippet {name} in {file} has no end.");
        }
    }

    private static string Dedent(List<string> lines)
    {
        var margin = lines.Where(static line => line.Trim().Length > 0).Min(static line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length >= margin ? line[margin..] : ""));
    }
}
