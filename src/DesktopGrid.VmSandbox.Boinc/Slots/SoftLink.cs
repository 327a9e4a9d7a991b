using System.Text;
using DesktopGrid.VmSandbox.Boinc.Platform;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Slots;

/// <summary>
/// A logical file of a slot: a small text file that names the physical one in the project's directory
/// (<c>&lt;soft_link&gt;../../projects/DIR/NAME&lt;/soft_link&gt;</c>), a symbolic link, or the file itself.
/// </summary>
internal static class SoftLink
{
    // "boinc_resolve_filename" reads so much of the first line (api/boinc_api.cpp).
    private const int MostBytes = 512;

    private const string Begin = "<soft_link>";
    private const string End = "</soft_link>";

    /// <summary>The physical file of a logical one, absolute; the logical file's own path where it is no link. It need not exist.</summary>
    /// <exception cref="BoincException">The link is there and cannot be read, or leads out of the project's directory.</exception>
    public static string Resolve(string slot, string logicalName, string projectDirectory) => Follow(Path.Combine(slot, logicalName), slot, projectDirectory) ?? Path.GetFullPath(Path.Combine(slot, logicalName));

    /// <summary>Where a file of a slot leads; null for one that is no link.</summary>
    /// <exception cref="BoincException">As above.</exception>
    public static string? Follow(string path, string slot, string projectDirectory)
    {
        var target = new FileInfo(path) is { LinkTarget: { } link } ? Path.Combine(Path.GetDirectoryName(path)!, link) : TextTarget(path) is { } text ? Path.Combine(slot, text) : null;
        if (target is null)
        {
            return null;
        }

        // No path has a zero in it; .NET refuses one in words of its own.
        var resolved = target.Contains('\0', StringComparison.Ordinal) ? "" : Path.GetFullPath(target);
        return IsBelow(resolved, projectDirectory) && !IsOurs(resolved, projectDirectory)
            ? resolved
            : throw new BoincException(SandboxErrorCode.BoincFileMalformed, $"The link {Path.GetFileName(path)} in the slot leads out of the project's directory, to {resolved}.");
    }

    /// <summary>Refuses a physical file that is no ordinary one: it would hold whoever opens it to run it, or to put it into the guest.</summary>
    /// <exception cref="BoincException">It is none, or cannot be read.</exception>
    public static void DemandOrdinary(string path, string logicalName)
    {
        try
        {
            RegularFile.OpenRead(path).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BoincException(SandboxErrorCode.BoincFileMissing, $"{logicalName} in the slot cannot be read: {e.Message}", e);
        }
    }

    /// <summary>
    /// Files by which a project's directory changes what the client runs, and our own: no link of a work unit leads there. A file of a work unit may look like a link,
    /// and what does not exist yet would be written by the guest.
    /// </summary>
    private static bool IsOurs(string path, string directory)
    {
        var first = Path.GetRelativePath(directory, path).Replace('\\', '/').Split('/')[0].ToLowerInvariant();
        return first is "app_info.xml" or "app_config.xml" || (first.StartsWith(SlotFiles.OwnPrefix, StringComparison.Ordinal) && !File.Exists(path)) || first == SlotFiles.ProjectFolder;
    }

    private static bool IsBelow(string path, string directory) =>
        path.StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string? TextTarget(string path)
    {
        try
        {
            using var file = RegularFile.OpenRead(path);
            var head = new byte[MostBytes];
            var text = Encoding.UTF8.GetString(head, 0, file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false));
            var begin = text.IndexOf(Begin, StringComparison.Ordinal);
            var line = text.IndexOf('\n', StringComparison.Ordinal);
            var end = text.IndexOf(End, StringComparison.Ordinal);
            return begin >= 0 && end > begin && (line < 0 || end < line) ? text[(begin + Begin.Length)..end].Trim() : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BoincException(SandboxErrorCode.BoincFileMissing, $"{Path.GetFileName(path)} in the slot cannot be read: {e.Message}", e);
        }
    }
}
