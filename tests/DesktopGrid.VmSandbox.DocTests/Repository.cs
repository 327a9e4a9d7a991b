namespace DesktopGrid.VmSandbox.DocTests;

/// <summary>The tree that the tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = ["bin", "obj", "artifacts", ".git"];

    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>Every page that a reader may open.</summary>
    public static IReadOnlyList<MarkdownPage> Pages { get; } = [.. Files(Root, "*.md").Select(MarkdownPage.Read)];

    /// <summary>The files of a folder and those below it, build output left out.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) => Directory.EnumerateFiles(folder, pattern)
        .Concat(Directory.EnumerateDirectories(folder).Where(static child => !NotOurs.Contains(Path.GetFileName(child))).SelectMany(child => Files(child, pattern)))
        .Order(StringComparer.Ordinal);

    public static MarkdownPage Page(string name) => Pages.SingleOrDefault(page => page.Name == name) ?? throw new InvalidOperationException($"There is no page {name}.");

    private static string Find(string folder)
    {
        for (var current = new DirectoryInfo(folder); current is not null; current = current.Parent)
        {
            if (File.Exists(Path.Combine(current.FullName, "DesktopGrid.VmSandbox.sln")))
            {
                return current.FullName;
            }
        }

        throw new InvalidOperationException($"{folder} lies in no tree of this project.");
    }
}
