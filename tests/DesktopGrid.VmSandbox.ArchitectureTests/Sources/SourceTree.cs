using DesktopGrid.VmSandbox.ArchitectureTests.Assemblies;

namespace DesktopGrid.VmSandbox.ArchitectureTests.Sources;

/// <summary>The C# sources of the repository that this test was built from.</summary>
internal static class SourceTree
{
    private static readonly string[] NotOurs = ["bin", "obj"];

    /// <summary>The repository: the nearest folder above the tests that holds the solution.</summary>
    public static string Root { get; } = FindRoot(TestContext.CurrentContext.TestDirectory);

    /// <summary>Every file below <c>src</c>, <c>tests</c> and <c>samples</c>.</summary>
    public static IReadOnlyList<SourceFile> All { get; } = [.. Below("src"), .. Below("tests"), .. Below("samples")];

    /// <summary>The files that ship.</summary>
    public static IReadOnlyList<SourceFile> Shipped { get; } = [.. Below("src")];

    /// <summary>Arrows that only the source shows: a constant of another room leaves no trace in the compiled code.</summary>
    public static IReadOnlyList<Arrow> Imports(string project) =>
    [
        .. from file in Shipped
           where file.Project == project && file.Namespace is not null
           from import in file.Imports
           select new Arrow(file.Namespace!, import, $"{file.Path} imports it"),
    ];

    private static IEnumerable<SourceFile> Below(string folder)
    {
        var root = Path.Combine(Root, folder);
        string[] projects = Directory.Exists(root) ? Directory.GetDirectories(root) : [];
        foreach (var project in projects.Order(StringComparer.Ordinal))
        {
            foreach (var path in Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                var inside = Path.GetRelativePath(project, path).Replace('\\', '/').Split('/');
                if (!inside.Any(NotOurs.Contains))
                {
                    yield return new SourceFile(NameOf(Path.GetFileName(project)), string.Join('/', inside[..^1]), inside[^1], File.ReadAllText(path));
                }
            }
        }
    }

    /// <summary>A sample's folder leaves out the beginning that all names share.</summary>
    private static string NameOf(string folder) => folder.StartsWith("DesktopGrid.", StringComparison.Ordinal) ? folder : $"DesktopGrid.VmSandbox.{folder}";

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "DesktopGrid.VmSandbox.sln")) ? folder
        : Path.GetDirectoryName(folder) is { } above ? FindRoot(above)
        : throw new InvalidOperationException("The tests do not lie in their repository, so that its sources cannot be read.");
}
