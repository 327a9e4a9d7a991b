namespace DesktopGrid.VmSandbox.ArchitectureTests.Sources;

/// <summary>In the root namespace, only the files that join parts name a workshop.</summary>
internal static class FrontDoorRule
{
    public static IEnumerable<string> Faults(IEnumerable<SourceFile> files, HousePlan plan, IReadOnlyCollection<string> joining) =>
        from file in files
        where file.Folder.Length == 0 && !joining.Contains(file.Name)
        from workshop in plan.Workshops
        where file.Text.Contains($"{plan.Prefix}.{workshop}", StringComparison.Ordinal)
        select $"{file.Path} names {workshop}; only {string.Join(" and ", joining)} may";
}
