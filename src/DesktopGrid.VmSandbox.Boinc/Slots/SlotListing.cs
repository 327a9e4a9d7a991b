using DesktopGrid.VmSandbox.Boinc.Platform;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Slots;

/// <summary>One file of an application in a slot.</summary>
/// <param name="LogicalName">Its name for the application: relative, with forward slashes.</param>
/// <param name="PhysicalPath">Where it really is, or shall be.</param>
/// <param name="IsOutput">Whether it is a link to what is not there yet: an output of the work unit.</param>
/// <param name="IsExecutable">Whether it may be run as a program.</param>
internal sealed record SlotFile(string LogicalName, string PhysicalPath, bool IsOutput, bool IsExecutable);

/// <summary>What the client has laid into a slot for the application: links to files of the app version and of the work unit, and copies.</summary>
internal static class SlotListing
{
    // A work unit has some dozens of files; a slot with more than this is not one that somebody meant.
    private const int MostFiles = 10_000;

    /// <summary>Lists it, sub-directories too; not what is the client's or ours.</summary>
    /// <exception cref="BoincException">A link cannot be followed, or there are too many files.</exception>
    public static IReadOnlyList<SlotFile> Read(string slot, string projectDirectory)
    {
        var found = new List<SlotFile>();
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, MaxRecursionDepth = 16 };
        foreach (var path in Directory.EnumerateFiles(slot, "*", options))
        {
            var name = Path.GetRelativePath(slot, path).Replace('\\', '/');
            if (SlotFiles.IsReserved(name))
            {
                continue;
            }

            if (found.Count == MostFiles)
            {
                throw new BoincException(SandboxErrorCode.BoincUnsupported, $"The slot holds more than {MostFiles} files.");
            }

            var target = SoftLink.Follow(path, slot, projectDirectory);
            if (target is not null && File.Exists(target))
            {
                SoftLink.DemandOrdinary(target, name);
            }

            found.Add(new SlotFile(name, target ?? path, target is not null && !File.Exists(target), FileRights.IsExecutable(target ?? path)));
        }

        found.Sort(static (one, other) => string.CompareOrdinal(one.LogicalName, other.LogicalName));
        return found;
    }
}
