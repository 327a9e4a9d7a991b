using DesktopGrid.VmSandbox.Boinc.Control.ClientState;
using DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;
using DesktopGrid.VmSandbox.Boinc.Control.Installation;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.Switching;

/// <summary>Finds projects in the client's data folder.</summary>
internal sealed class SiteFinder(string dataFolder)
{
    /// <summary>All of them.</summary>
    /// <exception cref="BoincException">The client's state is missing or malformed.</exception>
    public IReadOnlyList<ProjectSite> All()
    {
        var state = ClientStateReader.ReadFolder(dataFolder);
        return [.. state.Projects.Select(project => Site(project, state.Host))];
    }

    /// <summary>The one that a person means.</summary>
    /// <exception cref="BoincException">There is none, or more than one.</exception>
    public ProjectSite One(string wanted)
    {
        var state = ClientStateReader.ReadFolder(dataFolder);
        return state.Find(wanted) switch
        {
            [var project] when Directory.Exists(FolderOf(project)) => Site(project, state.Host),
            [var project] => throw new BoincException(SandboxErrorCode.BoincFileMissing, $"The folder {FolderOf(project)} of {project.Name} is not there."),
            [] => throw new BoincException(SandboxErrorCode.BoincUnsupported, $"The client is attached to no project \"{wanted}\".") { Advice = state.Projects.Count > 0 ? $"It has {string.Join(", ", state.Projects.Select(static project => project.MasterUrl))}." : "It is attached to none at all." },
            var several => throw new BoincException(SandboxErrorCode.BoincUnsupported, $"\"{wanted}\" means several projects.") { Advice = $"Name one of {string.Join(", ", several.Select(static project => project.MasterUrl))}." },
        };
    }

    /// <summary>The same, with the tasks and versions that the running client has at this moment.</summary>
    public static async Task<ProjectSite> WithLiveTasksAsync(ProjectSite site, GuiRpcClient client, CancellationToken cancellationToken)
    {
        var state = await client.GetStateAsync(cancellationToken).ConfigureAwait(false);
        return state.Projects.FirstOrDefault(project => project.MasterUrl == site.Project.MasterUrl) is { } live ? site with { Project = site.Project with { Tasks = live.Tasks, WantsNoTasks = live.WantsNoTasks } } : site;
    }

    private ProjectSite Site(BoincProject project, HostFacts host) => new(project, host, new SandboxFolder(FolderOf(project)));

    private string FolderOf(BoincProject project) => Path.Combine(dataFolder, "projects", project.Folder);
}
