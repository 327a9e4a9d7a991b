using DesktopGrid.VmSandbox.Boinc.Control.AppInfo;
using DesktopGrid.VmSandbox.Boinc.Control.ClientState;
using DesktopGrid.VmSandbox.Boinc.Control.Installation;
using DesktopGrid.VmSandbox.Boinc.Control.Signatures;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.Switching;

/// <summary>Tells how the projects stand with sandboxes.</summary>
internal sealed class ProjectLister(SiteFinder finder)
{
    /// <summary>All projects; with <paramref name="verify"/> every pinned file is hashed again.</summary>
    public async Task<IReadOnlyList<ProjectView>> ListAsync(bool verify, CancellationToken cancellationToken)
    {
        var views = new List<ProjectView>();
        foreach (var site in finder.All())
        {
            views.Add(await ViewAsync(site, verify, cancellationToken).ConfigureAwait(false));
        }

        return views;
    }

    private static async Task<ProjectView> ViewAsync(ProjectSite site, bool verify, CancellationToken cancellationToken)
    {
        var (manifest, isDamaged) = ReadManifest(site.Folder);
        if (isDamaged)
        {
            return new ProjectView(site.Project.Name, site.Project.MasterUrl, site.Project.Folder, site.State, site.Project.Tasks.Count, Factor: null, [], [$"{SandboxFolder.Name}/{Path.GetFileName(site.Folder.ManifestFile)}"]);
        }

        var changed = manifest is not null && site.State is ProjectState.Sandboxed ? await ChangedAsync(site.Folder, manifest, verify, cancellationToken).ConfigureAwait(false) : [];
        // A client that was started with app_info.xml knows our versions only; what it was made of stands in the manifest.
        IReadOnlyList<ApplicationView> applications = manifest is { IsComplete: true }
            ? [.. manifest.Versions.Select(static name => new ApplicationView(name, IsSandboxed: true, Refusal: null))]
            : [.. site.Project.Versions.Select(version => Judge(site, version))];
        return new ProjectView(site.Project.Name, site.Project.MasterUrl, site.Project.Folder, site.State, site.Project.Tasks.Count, manifest?.Factor, applications, changed);
    }

    private static (Manifest? Manifest, bool IsDamaged) ReadManifest(SandboxFolder folder)
    {
        try
        {
            return (folder.ReadManifest(), false);
        }
        catch (BoincException)
        {
            return (null, true);
        }
    }

    private static ApplicationView Judge(ProjectSite site, AppVersion version)
    {
        try
        {
            new VersionJudge(site.Project, site.Folder.Project).Demand(version);
            return new ApplicationView(version.Tuple.ToString(), IsSandboxed: false, Refusal: null);
        }
        catch (BoincException e)
        {
            return new ApplicationView(version.Tuple.ToString(), IsSandboxed: false, e.Sentence);
        }
    }

    private static async Task<IReadOnlyList<string>> ChangedAsync(SandboxFolder folder, Manifest manifest, bool verify, CancellationToken cancellationToken)
    {
        var changed = new List<string>();
        foreach (var file in manifest.Written.Concat(manifest.Pins))
        {
            var info = new FileInfo(Path.Combine(folder.Project, file.Path));
            if (!info.Exists || info.Length != file.Length || (verify && !await IsSameAsync(info.FullName, file, cancellationToken).ConfigureAwait(false)))
            {
                changed.Add(file.Path);
            }
        }

        return changed;
    }

    private static async Task<bool> IsSameAsync(string path, PinnedFile file, CancellationToken cancellationToken)
    {
        try
        {
            return (await FileDigest.OfAsync(path, cancellationToken).ConfigureAwait(false)).Sha256 == file.Sha256;
        }
        catch (BoincException e) when (e.Code == SandboxErrorCode.BoincFileMissing)
        {
            return false;
        }
    }
}
