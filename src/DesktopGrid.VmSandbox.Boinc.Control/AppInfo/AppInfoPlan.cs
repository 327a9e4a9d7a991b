using DesktopGrid.VmSandbox.Boinc.Control.ClientState;
using DesktopGrid.VmSandbox.Boinc.Control.Signatures;

namespace DesktopGrid.VmSandbox.Boinc.Control.AppInfo;

/// <summary>What <c>app_info.xml</c> is to say for a project.</summary>
/// <param name="Project">The project.</param>
/// <param name="Versions">What runs in a sandbox; empty where nothing can.</param>
/// <param name="Refused">What does not, and why.</param>
/// <param name="Pins">The hashes of the project's files, whose signatures were right.</param>
internal sealed record AppInfoPlan(BoincProject Project, IReadOnlyList<PlannedVersion> Versions, IReadOnlyList<RefusedVersion> Refused, IReadOnlyList<PinnedFile> Pins)
{
    /// <summary>The tasks in progress that continue in a sandbox.</summary>
    public int KeptTasks => Project.Tasks.Count - LostTasks;

    /// <summary>The tasks in progress that the client would discard.</summary>
    public int LostTasks => Project.Tasks.Count(task => !Versions.Any(version => version.Original.Tuple == task.Tuple));
}
