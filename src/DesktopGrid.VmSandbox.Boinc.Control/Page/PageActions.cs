using System.Security.Cryptography;
using DesktopGrid.VmSandbox.Boinc.Control.ClientState;
using DesktopGrid.VmSandbox.Boinc.Control.Switching;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.Page;

/// <summary>What the page does for its owner, one after the other; and the list of projects, which is not made anew each second.</summary>
internal sealed class PageActions(IProjectSwitches control, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private (string Id, EnablePreview Preview)? _preview;
    private volatile KnownProjects? _list;

    public async Task<IReadOnlyList<ProjectView>> ListAsync(CancellationToken cancellationToken)
    {
        var written = File.GetLastWriteTimeUtc(Path.Combine(control.DataFolder, ClientStateFile.Name));
        if (_list is { } known && known.State == written && time.GetElapsedTime(known.At) < Fresh)
        {
            return known.Projects;
        }

        var projects = await control.ListAsync(verify: false, cancellationToken).ConfigureAwait(false);
        _list = new KnownProjects(time.GetTimestamp(), written, projects);
        return projects;
    }

    /// <summary>What enabling would do; the answer names it, so that a yes is to what was shown.</summary>
    public Task<PagePreview> PreviewAsync(string project, CancellationToken cancellationToken) => InTurnAsync(
        async () =>
        {
            var preview = await control.PreviewAsync(project, cancellationToken).ConfigureAwait(false);
            var id = RandomNumberGenerator.GetHexString(16, lowercase: true);
            _preview = (id, preview);
            return new PagePreview(id, preview.Factor.Value, preview.Sentences);
        },
        cancellationToken);

    public Task<SwitchOutcome> EnableAsync(string id, bool discardWork, CancellationToken cancellationToken) => InTurnAsync(
        async () =>
        {
            if (_preview is not { } shown || shown.Id != id)
            {
                throw new BoincException(SandboxErrorCode.BoincUnsupported, "What you said yes to is not what was shown last.") { Advice = "Check the box again." };
            }

            _preview = null;
            return await control.EnableAsync(shown.Preview, new SwitchOptions(DiscardWork: discardWork), cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    public Task<SwitchOutcome> DisableAsync(string project, bool discardWork, CancellationToken cancellationToken) =>
        InTurnAsync(() => control.DisableAsync(project, new SwitchOptions(DiscardWork: discardWork), cancellationToken), cancellationToken);

    public Task<SwitchOutcome> RefreshAsync(string project, CancellationToken cancellationToken) =>
        InTurnAsync(() => control.RefreshAsync(project, new SwitchOptions(), cancellationToken), cancellationToken);

    public void Dispose() => _turn.Dispose();

    private async Task<T> InTurnAsync<T>(Func<Task<T>> act, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await act().ConfigureAwait(false);
        }
        finally
        {
            _list = null;
            _turn.Release();
        }
    }

    /// <summary>The list, when it was made, and of which state of the client. Of one piece: several pages ask at once.</summary>
    private sealed record KnownProjects(long At, DateTime State, IReadOnlyList<ProjectView> Projects);
}
