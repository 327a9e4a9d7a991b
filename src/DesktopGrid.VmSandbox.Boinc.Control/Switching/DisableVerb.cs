using DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;
using DesktopGrid.VmSandbox.Boinc.Control.Installation;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.Switching;

/// <summary>Takes everything of ours out of a project's folder, after its tasks have ended.</summary>
internal sealed class DisableVerb(ClientDoor door, TimeProvider time)
{
    /// <exception cref="BoincException">The project is not in sandboxes, tasks are left, or something cannot be removed.</exception>
    public async Task<SwitchOutcome> RunAsync(ProjectSite site, SwitchOptions options, CancellationToken cancellationToken)
    {
        if (site.State is ProjectState.Native or ProjectState.Foreign)
        {
            throw new BoincException(SandboxErrorCode.BoincUnsupported, $"{site.Project.Name} is not in sandboxes{(site.State is ProjectState.Foreign ? "; its app_info.xml is somebody else's" : "")}.");
        }

        var client = await door.TryOpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = (client as IAsyncDisposable ?? NoClient.Instance).ConfigureAwait(false);
        if (client is not null)
        {
            site = await SiteFinder.WithLiveTasksAsync(site, client, cancellationToken).ConfigureAwait(false);
        }

        if (!options.DiscardWork && site.Project.Tasks.Count > 0)
        {
            var left = client is null ? site.Project.Tasks.Count : await new WorkDrain(time).RunAsync(client, site, static now => now.Project.Tasks.Count, options.Wait, cancellationToken).ConfigureAwait(false);
            if (left > 0)
            {
                throw EnableVerb.WorkLeft(site, left, "disable", isTold: client is not null);
            }
        }

        if (client is not null)
        {
            await WorkDrain.ReleaseAsync(client, site, cancellationToken).ConfigureAwait(false);
        }

        var kept = new List<string>();
        await new ProjectInstaller(site.Folder, time).RemoveAsync(options.Force ? null : kept, cancellationToken).ConfigureAwait(false);

        var restart = await new ClientRestart(door).AfterAsync(options.Restart, cancellationToken).ConfigureAwait(false);
        var rest = kept.Count > 0 ? $"left alone in its folder, since somebody changed it: {string.Join(", ", kept)}" : "nothing of vmsandbox is left in its folder";
        return new SwitchOutcome([$"{site.Project.Name} is out of sandboxes; {rest}.", restart], IsDone: true, NeedsRestart: true);
    }
}
