using DesktopGrid.VmSandbox.Boinc.Control.AppInfo;
using DesktopGrid.VmSandbox.Boinc.Control.ClientState;
using DesktopGrid.VmSandbox.Boinc.Control.Installation;

namespace DesktopGrid.VmSandbox.Boinc.Control.Switching;

/// <summary>A project, where it lies, and how it stands with sandboxes.</summary>
/// <param name="Project">As the client knows it.</param>
/// <param name="Host">The computer, by the client's word.</param>
/// <param name="Folder">Its folder.</param>
internal sealed record ProjectSite(BoincProject Project, HostFacts Host, SandboxFolder Folder)
{
    /// <summary>Whether the client runs our wrapper for it now: it was started when app_info.xml was there.</summary>
    public bool RunsSandboxed => Project.Versions.Any(static version => version.MainProgram?.FileName == AppInfoWriter.WrapperName);

    /// <summary>How it stands, by what lies in its folder.</summary>
    public ProjectState State
    {
        get
        {
            try
            {
                return (Folder.ReadManifest(), RefreshRecord.Read(Folder), File.Exists(Folder.AppInfo)) switch
                {
                    (not null, not null, _) => ProjectState.Refreshing,
                    ({ IsComplete: true }, _, true) => ProjectState.Sandboxed,
                    (not null, _, _) => ProjectState.Interrupted,
                    (null, _, true) => ProjectState.Foreign,
                    _ => ProjectState.Native,
                };
            }
            catch (BoincException)
            {
                // A manifest that nobody can read: what it listed can still be taken away by force.
                return ProjectState.Interrupted;
            }
        }
    }
}
