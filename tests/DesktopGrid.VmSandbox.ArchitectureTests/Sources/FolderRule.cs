namespace DesktopGrid.VmSandbox.ArchitectureTests.Sources;

/// <summary>A folder is a namespace, holds some four to fourteen files, and has the name of a subject.</summary>
internal static class FolderRule
{
    public const int Fewest = 4, Most = 14;

    // Names that say what kind of thing lies there, not what it is about: a folder of that name takes in everything.
    private static readonly string[] Forbidden =
    [
        "Base", "Builders", "Common", "Core", "Enums", "Exceptions", "Extensions", "Helper", "Helpers", "Impl", "Implementation", "Interfaces", "Internal", "Internals", "Misc",
        "Models", "Other", "Services", "Shared", "Types", "Util", "Utilities", "Utils",
    ];

    /// <summary>Files whose namespace is not their folder.</summary>
    public static IEnumerable<string> NamespaceFaults(IEnumerable<SourceFile> files) =>
        from file in files
        where file.Namespace is not null
        let expected = file.Folder.Length > 0 ? $"{file.Project}.{file.Folder.Replace('/', '.')}" : file.Project
        where file.Namespace != expected
        select $"{file.Path} declares {file.Namespace}, its folder is {expected}";

    /// <summary>Folders that hold too few or too many files.</summary>
    public static IEnumerable<string> SizeFaults(IEnumerable<SourceFile> files) =>
        from file in files
        group file by (file.Project, file.Folder) into folder
        where folder.Count() is < Fewest or > Most
        select $"{folder.Key.Project}/{folder.Key.Folder}: {folder.Count()}";

    /// <summary>Folders and files with a name that means nothing.</summary>
    public static IEnumerable<string> NameFaults(IEnumerable<SourceFile> files) =>
        from file in files
        from word in file.Folder.Split('/').Append(Path.GetFileNameWithoutExtension(file.Name))
        where Forbidden.Contains(word, StringComparer.OrdinalIgnoreCase) || word.EndsWith("Helper", StringComparison.Ordinal) || word.EndsWith("Helpers", StringComparison.Ordinal) || word.EndsWith("Utils", StringComparison.Ordinal)
        select $"{file.Path}: \"{word}\" names no subject";
}
