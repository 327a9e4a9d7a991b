namespace DesktopGrid.VmSandbox.ArchitectureTests.Sources;

/// <summary>No file has more than 300 lines, and half of a project's files have fewer than 80; a test project's may tell longer stories.</summary>
internal static class LengthRule
{
    public const int Longest = 300, MedianBelow = 80;

    public static IEnumerable<string> Faults(IReadOnlyCollection<SourceFile> files)
    {
        var tooLong = from file in files
                      where file.Lines.Count > Longest
                      select $"{file.Path} has {file.Lines.Count} lines; {Longest} are allowed";
        var tooHeavy = from file in files
                       where !file.Project.EndsWith("Tests", StringComparison.Ordinal)
                       group file.Lines.Count by file.Project into project
                       let median = project.Order().ElementAt((project.Count() - 1) / 2)
                       where median >= MedianBelow
                       select $"{project.Key}: half of its files have {median} lines or more; the median must be below {MedianBelow}";
        return tooLong.Concat(tooHeavy);
    }
}
