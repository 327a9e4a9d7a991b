using DesktopGrid.VmSandbox.Boinc.Control.AppInfo;
using DesktopGrid.VmSandbox.Boinc.Control.Installation;
using DesktopGrid.VmSandbox.Boinc.Control.Measuring;

namespace DesktopGrid.VmSandbox.Boinc.Control.Switching;

/// <summary>What enabling would do, for a person to say yes to.</summary>
/// <param name="Site">The project.</param>
/// <param name="Plan">What runs in sandboxes, and what does not.</param>
/// <param name="Factor">How many times slower.</param>
/// <param name="Engine">With what.</param>
internal sealed record EnablePreview(ProjectSite Site, AppInfoPlan Plan, EmulationFactor Factor, EngineParts Engine)
{
    /// <summary>A sentence each.</summary>
    public IReadOnlyList<string> Sentences =>
    [
        .. Plan.Versions.Select(static version => $"{version.Original.Tuple} will run in a sandbox{(version.Options.Job is not null ? ", as its job.xml says" : version.Options.UsesApi is true ? ", and talk with the client as ever" : "")}."),
        .. Plan.Refused.Select(static refused => $"{refused.Tuple} will not run: {refused.Reason}."),
        $"A sandbox computes about {Factor} slower than this computer itself ({(Factor.IsMeasured ? $"measured, {Factor.Accelerator}" : "as you said")}): a task takes that much longer.",
        .. Plan.KeptTasks > 0 ? [$"{Count(Plan.KeptTasks)} in progress will continue in {(Plan.KeptTasks == 1 ? "a sandbox" : "sandboxes")}."] : Array.Empty<string>(),
        .. Plan.LostTasks > 0 ? [$"{Count(Plan.LostTasks)} in progress cannot continue, and must end first."] : Array.Empty<string>(),
        "The project's new versions will not come by themselves any more: vmsandbox boinc refresh fetches them.",
    ];

    private static string Count(int tasks) => tasks == 1 ? "1 task" : $"{tasks} tasks";
}
