using DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;
using DesktopGrid.VmSandbox.Boinc.Control.Installation;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.Switching;

/// <summary>Lets tasks of a project come to their end: no new ones, and patience.</summary>
internal sealed class WorkDrain(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Forbids new tasks, and remembers it where the volunteer had not done so already.</summary>
    public static async Task ForbidAsync(GuiRpcClient client, ProjectSite site, CancellationToken cancellationToken)
    {
        if (!site.Project.WantsNoTasks && !IsMarked(site))
        {
            var writer = new ProjectWriter(site.Folder.Project);
            writer.MakeFolder(site.Folder.Root);
            writer.Write(MarkOf(site), []);
        }

        await client.ForbidWorkAsync(site.Project.MasterUrl, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether it was us who forbade new tasks.</summary>
    public static bool IsMarked(ProjectSite site) => File.Exists(MarkOf(site));

    /// <summary>Allows new tasks again where it was us who forbade them.</summary>
    public static async Task ReleaseAsync(GuiRpcClient client, ProjectSite site, CancellationToken cancellationToken)
    {
        if (IsMarked(site))
        {
            await client.AllowWorkAsync(site.Project.MasterUrl, cancellationToken).ConfigureAwait(false);
            new ProjectWriter(site.Folder.Project).DeleteFile(MarkOf(site));
        }
    }

    /// <summary>Forbids new tasks, reports what is done, and waits until none is left that <paramref name="isLeft"/> says must end.</summary>
    /// <returns>How many are left when the time is up.</returns>
    public async Task<int> RunAsync(GuiRpcClient client, ProjectSite site, Func<ProjectSite, int> isLeft, TimeSpan wait, CancellationToken cancellationToken)
    {
        await ForbidAsync(client, site, cancellationToken).ConfigureAwait(false);
        var deadline = Deadline.After(wait, time);
        var asked = false;
        while (true)
        {
            var left = isLeft(await SiteFinder.WithLiveTasksAsync(site, client, cancellationToken).ConfigureAwait(false));
            if (left == 0 || deadline.Remaining == TimeSpan.Zero)
            {
                return left;
            }

            // A task that has ended is reported when the scheduler is asked, which the client puts off where it wants nothing else of it.
            var tasks = await client.GetTasksAsync(cancellationToken).ConfigureAwait(false);
            var isReportable = tasks.Any(task => task.ProjectUrl == site.Project.MasterUrl && task.IsReadyToReport);
            if (isReportable && !asked)
            {
                await client.UpdateAsync(site.Project.MasterUrl, cancellationToken).ConfigureAwait(false);
            }

            asked = isReportable;
            await Task.Delay(Pause < deadline.Remaining ? Pause : deadline.Remaining, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string MarkOf(ProjectSite site) => Path.Combine(site.Folder.Root, "no-new-tasks");
}
