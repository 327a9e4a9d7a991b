using DesktopGrid.VmSandbox.Boinc.Control.ClientState;
using DesktopGrid.VmSandbox.Boinc.Control.Signatures;
using DesktopGrid.VmSandbox.Boinc.Programs;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.AppInfo;

/// <summary>
/// Chooses what of a project runs in sandboxes: the version of every task in progress, so that the client discards none, and of each
/// application and plan class the newest. Writes nothing.
/// </summary>
/// <param name="project">The project, as the client knows it.</param>
/// <param name="host">The computer.</param>
/// <param name="projectFolder">Its folder.</param>
internal sealed class AppInfoPlanner(BoincProject project, HostFacts host, string projectFolder)
{
    private readonly VersionJudge _judge = new(project, projectFolder);

    /// <summary>Plans, and verifies the signature of every file that is planned for.</summary>
    /// <exception cref="BoincException">A file is not what the project signed.</exception>
    public async Task<AppInfoPlan> PlanAsync(CancellationToken cancellationToken)
    {
        var refused = new List<RefusedVersion>();
        var fit = new List<(AppVersion Version, ProgramFacts Facts)>();
        foreach (var version in project.Versions.DistinctBy(static version => version.Tuple))
        {
            try
            {
                fit.Add((version, _judge.Demand(version)));
            }
            catch (BoincException e) when (e.Code == SandboxErrorCode.BoincUnsupported)
            {
                refused.Add(new RefusedVersion(version.Tuple, e.Sentence, TasksOf(version.Tuple), e.IsTransient));
            }
        }

        refused.AddRange(from task in project.Tasks
                         where !project.Versions.Any(version => version.Tuple == task.Tuple)
                         group task by task.Tuple into stray
                         select new RefusedVersion(stray.Key, "the client does not have this version any more", stray.Count(), MayPass: false));
        var verifier = new FileVerifier(project, projectFolder);
        var planned = new List<PlannedVersion>();
        foreach (var (version, facts) in Choose(fit))
        {
            foreach (var file in _judge.FilesOf(version))
            {
                await verifier.VerifyAsync(file, cancellationToken).ConfigureAwait(false);
            }

            planned.Add(new PlannedVersion(version, [.. _judge.FilesOf(version)], FlopsOf(version), OptionsOf(version, facts)));
        }

        return new AppInfoPlan(project, planned, refused, [.. verifier.Verified]);
    }

    private IEnumerable<(AppVersion Version, ProgramFacts Facts)> Choose(List<(AppVersion Version, ProgramFacts Facts)> fit) =>
        fit.Where(one => TasksOf(one.Version.Tuple) > 0
            || !fit.Exists(other => other.Version.Tuple.App == one.Version.Tuple.App && other.Version.Tuple.PlanClass == one.Version.Tuple.PlanClass && IsBetter(other.Version.Tuple, one.Version.Tuple)));

    /// <summary>Newer, or as new and for the guest's own platform.</summary>
    private static bool IsBetter(VersionTuple one, VersionTuple other) =>
        one.Version > other.Version || (one.Version == other.Version && one.Platform != other.Platform && one.Platform.StartsWith("x86_64", StringComparison.Ordinal));

    private int TasksOf(VersionTuple tuple) => project.Tasks.Count(task => task.Tuple == tuple);

    private double FlopsOf(AppVersion version) => version.Flops ?? (host.Flops * Math.Max(version.Processors, 0.1));

    private static VersionOptions OptionsOf(AppVersion version, ProgramFacts facts)
    {
        var job = facts.IsStockWrapper ? version.Files.FirstOrDefault(static file => file.LogicalName == SlotFiles.Job)?.LogicalName : null;
        return new VersionOptions
        {
            FileName = VersionOptions.NameFor(version.Tuple),
            Job = job,
            Payload = job is null ? version.MainProgram!.LogicalName : null,
            UsesApi = job is null && facts.Format is not ProgramFormat.Script ? facts.UsesApi : null,
        };
    }
}
