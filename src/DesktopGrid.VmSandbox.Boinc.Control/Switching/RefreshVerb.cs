using DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;
using DesktopGrid.VmSandbox.Boinc.Control.Installation;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.Switching;

/// <summary>
/// Brings the project's new versions into sandboxes: lets its tasks end, takes app_info.xml away, lets the client fetch once as the project means
/// it, and plans anew. Between the stages the client has to be started; each call goes as far as it can, and an interrupted one is gone on with.
/// </summary>
internal sealed class RefreshVerb(ClientDoor door, SiteFinder finder, EnableVerb enable, Func<EngineParts> findEngine, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // How long nothing computes when nobody comes back to the refresh, or starts the client.
    private static readonly TimeSpan StandStill = TimeSpan.FromMinutes(15);

    /// <exception cref="SandboxException">The project is not in sandboxes, the client does not run, or something cannot be written.</exception>
    public async Task<SwitchOutcome> RunAsync(ProjectSite site, SwitchOptions options, CancellationToken cancellationToken)
    {
        var record = RefreshRecord.Read(site.Folder) ?? new RefreshRecord(RefreshStage.Drain);
        if (site.State is not (ProjectState.Sandboxed or ProjectState.Refreshing))
        {
            throw new BoincException(SandboxErrorCode.BoincUnsupported, $"{site.Project.Name} is not in sandboxes; there is nothing to refresh.");
        }

        if (options.EngineOnly)
        {
            await new ProjectInstaller(site.Folder, time).RenewEngineAsync(findEngine(), cancellationToken).ConfigureAwait(false);
            return new SwitchOutcome([$"{site.Project.Name} has this vmsandbox's wrapper, QEMU and guest image; each task takes them when it is started next."], IsDone: true, NeedsRestart: false);
        }

        var client = await door.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = client.ConfigureAwait(false);
        return record.Stage == RefreshStage.Drain
            ? await DrainAsync(client, site, options, cancellationToken).ConfigureAwait(false)
            : await FetchAsync(client, site, options, cancellationToken).ConfigureAwait(false);
    }

    private async Task<SwitchOutcome> DrainAsync(GuiRpcClient client, ProjectSite site, SwitchOptions options, CancellationToken cancellationToken)
    {
        new RefreshRecord(RefreshStage.Drain).Write(site.Folder);
        var left = await new WorkDrain(time).RunAsync(client, site, static now => now.Project.Tasks.Count, options.Wait, cancellationToken).ConfigureAwait(false);
        if (left > 0 && !options.DiscardWork)
        {
            throw EnableVerb.WorkLeft(site, left, "refresh");
        }

        new RefreshRecord(RefreshStage.Fetch).Write(site.Folder);
        new ProjectWriter(site.Folder.Project).DeleteFile(site.Folder.AppInfo);
        return await StageAsync("The tasks have ended, and app_info.xml is away so that the client can fetch what the project has now.", options, isDone: false, cancellationToken).ConfigureAwait(false);
    }

    private async Task<SwitchOutcome> FetchAsync(GuiRpcClient client, ProjectSite site, SwitchOptions options, CancellationToken cancellationToken)
    {
        // Once more: an interruption may have come between the record and the removal.
        new ProjectWriter(site.Folder.Project).DeleteFile(site.Folder.AppInfo);
        var state = await client.GetStateAsync(cancellationToken).ConfigureAwait(false);
        if (state.Projects.FirstOrDefault(project => project.MasterUrl == site.Project.MasterUrl) is { } live && (site with { Project = live }).RunsSandboxed)
        {
            return new SwitchOutcome(["The client has not been started since app_info.xml was taken away.", ClientRestart.Advice, "Then run vmsandbox boinc refresh again."], IsDone: false, NeedsRestart: true);
        }

        // What is fetched must not run before it can run in a sandbox.
        await client.StandStillAsync(options.Wait + StandStill, cancellationToken).ConfigureAwait(false);
        await client.AllowWorkAsync(site.Project.MasterUrl, cancellationToken).ConfigureAwait(false);
        await client.UpdateAsync(site.Project.MasterUrl, cancellationToken).ConfigureAwait(false);
        if (await FetchedAsync(site, options.Wait, cancellationToken).ConfigureAwait(false) is not { } preview)
        {
            return new SwitchOutcome([$"The client has been told to fetch what {site.Project.Name} has now, and does not have all of it yet. Meanwhile no task computes, so that nothing of it runs without a sandbox.", "Run vmsandbox boinc refresh again in a while, or with --wait."], IsDone: false, NeedsRestart: false);
        }

        await client.ForbidWorkAsync(site.Project.MasterUrl, cancellationToken).ConfigureAwait(false);
        await enable.InstallAsync(preview, cancellationToken).ConfigureAwait(false);
        if (WorkDrain.IsMarked(site))
        {
            await WorkDrain.ReleaseAsync(client, site, cancellationToken).ConfigureAwait(false);
        }

        return await StageAsync($"{site.Project.Name} is set to run its new versions in sandboxes: {string.Join(", ", preview.Plan.Versions.Select(static version => version.Original.Tuple.ToString()))}. No task computes until the client has been started again.", options, isDone: true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What can be enabled as soon as the client has it whole; null when the time is up.</summary>
    private async Task<EnablePreview?> FetchedAsync(ProjectSite site, TimeSpan wait, CancellationToken cancellationToken)
    {
        var deadline = Deadline.After(wait, time);
        while (true)
        {
            try
            {
                var preview = await enable.PreviewAsync(finder.One(site.Project.MasterUrl), cancellationToken).ConfigureAwait(false);
                if (deadline.Remaining == TimeSpan.Zero || !preview.Plan.Refused.Any(static refused => refused.MayPass))
                {
                    return preview;
                }
            }
            catch (BoincException e) when (e.Code == SandboxErrorCode.BoincUnsupported)
            {
                if (deadline.Remaining == TimeSpan.Zero)
                {
                    return null;
                }
            }

            await Task.Delay(Pause < deadline.Remaining ? Pause : deadline.Remaining, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<SwitchOutcome> StageAsync(string done, SwitchOptions options, bool isDone, CancellationToken cancellationToken)
    {
        var restart = await new ClientRestart(door).AfterAsync(options.Restart, cancellationToken).ConfigureAwait(false);
        string[] next = isDone ? [] : ["Then run vmsandbox boinc refresh again."];
        return new SwitchOutcome([done, restart, .. next], isDone, NeedsRestart: true);
    }
}
