using DesktopGrid.VmSandbox.Boinc.Control.AppInfo;
using DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;
using DesktopGrid.VmSandbox.Boinc.Control.Installation;
using DesktopGrid.VmSandbox.Boinc.Control.Measuring;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.Switching;

/// <summary>Makes a project's applications run in sandboxes.</summary>
internal sealed class EnableVerb(ClientDoor door, Func<EngineParts> findEngine, Func<EngineParts, CancellationToken, Task<EmulationFactor>> measure, TimeProvider time)
{
    /// <summary>Judges, verifies and measures; changes nothing.</summary>
    /// <exception cref="SandboxException">Nothing of the project can run in a sandbox, a file is not what the project signed, or something is missing here.</exception>
    public async Task<EnablePreview> PreviewAsync(ProjectSite site, CancellationToken cancellationToken)
    {
        if (site.State is ProjectState.Sandboxed)
        {
            throw Unsupported($"{site.Project.Name} is in sandboxes already.", WorkDrain.IsMarked(site) ? "A disable that did not go through has told the client to take no new tasks: allow them again in the BOINC Manager." : "For the project's new versions there is vmsandbox boinc refresh.");
        }

        if (site.State is ProjectState.Foreign)
        {
            throw Unsupported($"{site.Folder.AppInfo} is there already, and vmsandbox did not write it.", "Whoever put it there runs applications of their own for this project; take it away first if you want sandboxes.");
        }

        if (site.State is ProjectState.Native && site.RunsSandboxed)
        {
            // All that it has of the project is our own version, whose files are gone.
            throw Unsupported($"The client has not been started since {site.Project.Name} was taken out of sandboxes.", ClientRestart.Advice);
        }

        site = await LiveAsync(site, cancellationToken).ConfigureAwait(false);
        // The judgement comes before the measurement, which takes longer.
        var plan = await PlanAsync(site, cancellationToken).ConfigureAwait(false);
        DemandSomething(site, plan);
        var engine = findEngine();
        var factor = await measure(engine, cancellationToken).ConfigureAwait(false);
        return new EnablePreview(site, plan, factor, engine);
    }

    /// <summary>Does what was shown.</summary>
    /// <exception cref="BoincException">Tasks in progress would be lost, or something cannot be written.</exception>
    public async Task<SwitchOutcome> ApplyAsync(EnablePreview preview, SwitchOptions options, CancellationToken cancellationToken)
    {
        // Its state is read anew: between the preview and the yes another command may have been at work.
        if (preview.Site.State is ProjectState.Sandboxed or ProjectState.Refreshing or ProjectState.Foreign)
        {
            throw Unsupported($"{preview.Site.Project.Name} has been switched by somebody else since this was shown.", "Look with vmsandbox boinc list.");
        }

        await DrainAsync(preview, options, cancellationToken).ConfigureAwait(false);
        await InstallAsync(preview, cancellationToken).ConfigureAwait(false);
        if (await door.TryOpenAsync(cancellationToken).ConfigureAwait(false) is { } client)
        {
            await using var _ = client.ConfigureAwait(false);
            await WorkDrain.ReleaseAsync(client, preview.Site, cancellationToken).ConfigureAwait(false);
        }

        var restart = await new ClientRestart(door).AfterAsync(options.Restart, cancellationToken).ConfigureAwait(false);
        return new SwitchOutcome([$"{preview.Site.Project.Name} is set to run in sandboxes.", restart], IsDone: true, NeedsRestart: true);
    }

    /// <summary>Writes the plan, made anew of what the client has now.</summary>
    public async Task InstallAsync(EnablePreview preview, CancellationToken cancellationToken)
    {
        var site = await LiveAsync(preview.Site, cancellationToken).ConfigureAwait(false);
        var plan = await PlanAsync(site, cancellationToken).ConfigureAwait(false);
        DemandSomething(site, plan);
        await new ProjectInstaller(site.Folder, time).InstallAsync(plan, preview.Engine, preview.Factor.Value, cancellationToken).ConfigureAwait(false);
        RefreshRecord.Forget(site.Folder);
    }

    private static Task<AppInfoPlan> PlanAsync(ProjectSite site, CancellationToken cancellationToken) =>
        new AppInfoPlanner(site.Project, site.Host, site.Folder.Project).PlanAsync(cancellationToken);

    /// <summary>The project with the tasks that the client has now; as it is where the client cannot be asked.</summary>
    public async Task<ProjectSite> LiveAsync(ProjectSite site, CancellationToken cancellationToken)
    {
        var client = await door.TryOpenAsync(cancellationToken).ConfigureAwait(false);
        if (client is null)
        {
            return site;
        }

        await using var _ = client.ConfigureAwait(false);
        return await SiteFinder.WithLiveTasksAsync(site, client, cancellationToken).ConfigureAwait(false);
    }

    private async Task DrainAsync(EnablePreview preview, SwitchOptions options, CancellationToken cancellationToken)
    {
        if (preview.Plan.LostTasks == 0 || options.DiscardWork)
        {
            return;
        }

        var client = await door.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = client.ConfigureAwait(false);
        var tuples = preview.Plan.Versions.Select(static version => version.Original.Tuple).ToHashSet();
        var left = await new WorkDrain(time).RunAsync(client, preview.Site, site => site.Project.Tasks.Count(task => !tuples.Contains(task.Tuple)), options.Wait, cancellationToken).ConfigureAwait(false);
        if (left > 0)
        {
            throw WorkLeft(preview.Site, left, "enable");
        }
    }

    /// <summary>Tasks that have to end first.</summary>
    public static BoincException WorkLeft(ProjectSite site, int left, string verb, bool isTold = true) =>
        Unsupported($"{left} of {site.Project.Name}'s tasks must end first; the client {(isTold ? "has been told to take no new ones" : "does not run, or cannot be talked to")}.", $"Run vmsandbox boinc {verb} again when they are done and reported, with --wait to wait for that, or with --discard-work to lose them.");

    private static void DemandSomething(ProjectSite site, AppInfoPlan plan)
    {
        if (plan.Versions.Count > 0)
        {
            return;
        }

        var why = plan.Refused.Count > 0 ? string.Join("; ", plan.Refused.Take(8).Select(static refused => $"{refused.Tuple}: {refused.Reason}")) : "the client has no application of it yet";
        throw Unsupported(
            $"Nothing of {site.Project.Name} can run in a sandbox: {why}.",
            site.Host.IsLinux ? "Let the client fetch a task of the project, then try again." : "This client asks for applications of its own operating system only. With <alt_platform>x86_64-pc-linux-gnu</alt_platform> among the options of cc_config.xml the project may send it the Linux application too; without that application there is nothing to run.");
    }

    private static BoincException Unsupported(string sentence, string advice) => new(SandboxErrorCode.BoincUnsupported, sentence) { Advice = advice };
}
