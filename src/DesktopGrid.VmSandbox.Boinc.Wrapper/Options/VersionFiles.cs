using DesktopGrid.VmSandbox.Boinc.InitData;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Options;

/// <summary>
/// Files of the app version, which the project has signed and the client has verified: only they say what runs on this computer, and only they are run on it or
/// unpacked. A work unit, whose files nobody signs, could bring a file of the same logical name.
/// </summary>
/// <param name="slot">The slot.</param>
/// <param name="initData">What the client has told; null without a client, where everything is the developer's own.</param>
internal sealed class VersionFiles(string slot, AppInitData? initData)
{
    /// <summary>Whether a client says which files are the version's.</summary>
    public bool IsChecked => initData is not null;

    private string Project => initData?.ProjectDirectory ?? slot;

    /// <summary>The physical file of a logical one; null where there is none.</summary>
    /// <exception cref="BoincException">It is there, and is no file of the app version, or none that can be read.</exception>
    public string? Find(string logicalName)
    {
        var path = SoftLink.Resolve(slot, logicalName, Project);
        if (!File.Exists(path))
        {
            return null;
        }

        var isOurs = initData is null || (initData.AppFiles.Contains(Path.GetFileName(path), StringComparer.Ordinal) && Path.GetDirectoryName(path) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(Project)));
        if (!isOurs)
        {
            throw new BoincException(SandboxErrorCode.BoincUnsupported, $"{logicalName} in the slot is no file of the app version.");
        }

        SoftLink.DemandOrdinary(path, logicalName);
        return path;
    }

    /// <summary>As above, where it must be there.</summary>
    /// <exception cref="BoincException">It is not, or is no file of the app version.</exception>
    public string Demand(string logicalName, string who) =>
        Find(logicalName) ?? throw new BoincException(SandboxErrorCode.BoincFileMissing, $"{who} {logicalName}, and the slot has no such file.");
}
