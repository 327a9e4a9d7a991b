using DesktopGrid.VmSandbox.Boinc.Control.Switching;

namespace DesktopGrid.VmSandbox.Boinc.Control.Page;

/// <summary>What the page needs of the verbs.</summary>
internal interface IProjectSwitches
{
    /// <summary>The client's data folder, absolute.</summary>
    string DataFolder { get; }

    /// <summary>How the projects stand with sandboxes; with <paramref name="verify"/> every pinned file is hashed again.</summary>
    Task<IReadOnlyList<ProjectView>> ListAsync(bool verify, CancellationToken cancellationToken);

    /// <summary>What enabling would do; changes nothing.</summary>
    Task<EnablePreview> PreviewAsync(string project, CancellationToken cancellationToken);

    Task<SwitchOutcome> EnableAsync(EnablePreview preview, SwitchOptions options, CancellationToken cancellationToken);

    Task<SwitchOutcome> DisableAsync(string project, SwitchOptions options, CancellationToken cancellationToken);

    Task<SwitchOutcome> RefreshAsync(string project, SwitchOptions options, CancellationToken cancellationToken);
}
