using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Packages;

/// <summary>The files of a package on the host.</summary>
internal static class PackageFolder
{
    /// <summary>Some twenty are usual.</summary>
    public const int MaxFiles = 10_000;

    /// <summary>Lists them.</summary>
    /// <returns>Their paths below the folder, with forward slashes, in order.</returns>
    /// <exception cref="JobException">It is no folder, cannot be read, or holds what no package does.</exception>
    public static IReadOnlyCollection<string> Files(string folder, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
        {
            throw JobException.Invalid($"There is no package {folder}: it must be a folder.");
        }

        try
        {
            var files = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false }))
            {
                cancellationToken.ThrowIfCancellationRequested();
                Add(files, Path.GetRelativePath(folder, entry.FullName).Replace(Path.DirectorySeparatorChar, '/'), entry);
            }

            return files;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw JobException.Unreadable(folder, e);
        }
    }

    private static void Add(SortedSet<string> files, string path, FileSystemInfo entry)
    {
        // A link may lead anywhere: what a stranger packed would take the volunteer's own files along.
        if (entry.LinkTarget is not null)
        {
            throw JobException.Invalid($"The package has the link \"{TextTail.Clean(path)}\"; files and folders alone are taken.");
        }

        if (entry is DirectoryInfo)
        {
            return;
        }

        if (RelativePath.Fault(path) is { } fault)
        {
            throw JobException.Invalid($"The package has a file \"{TextTail.Clean(path)}\". {fault}");
        }

        files.Add(path);
        if (files.Count > MaxFiles)
        {
            throw JobException.Invalid($"The package has more than {MaxFiles} files.");
        }
    }
}
