using System.Text.RegularExpressions;

namespace DesktopGrid.VmSandbox.ArchitectureTests.Sources;

/// <summary>One file of the house, as text.</summary>
/// <param name="Project">The project's name, which is its folder's.</param>
/// <param name="Folder">The folder in the project, with forward slashes; empty for the project's own.</param>
/// <param name="Name">The file's name.</param>
/// <param name="Text">What is in it.</param>
internal sealed partial record SourceFile(string Project, string Folder, string Name, string Text)
{
    public string Path => $"{Project}/{(Folder.Length > 0 ? Folder + "/" : "")}{Name}";

    public IReadOnlyList<string> Lines { get; } = Text.TrimEnd('\n').Split('\n');

    /// <summary>The namespace that it declares; null where it declares none (a program's first lines).</summary>
    public string? Namespace => NamespaceLine().Match(Text) is { Success: true } found ? found.Groups[1].Value : null;

    /// <summary>The namespaces that it imports.</summary>
    public IEnumerable<string> Imports => ImportLine().Matches(Text).Select(static found => found.Groups[1].Value);

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^using (?:static )?(DesktopGrid[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex ImportLine();
}
