using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qmp;

namespace DesktopGrid.VmSandbox.Qemu.Launching;

/// <summary>A QEMU that outlived the host process which started it. Its exit code cannot be had: only a parent is told.</summary>
internal sealed class AdoptedQemuProcess : IQemuProcess
{
    private readonly IProcessFinder _finder;
    private readonly CancellationTokenSource _watching = new();

    public AdoptedQemuProcess(ProcessIdentity identity, IProcessFinder finder, QmpClient monitor, Stream console)
    {
        (_finder, Identity, Monitor, Console) = (finder, identity, monitor, console);
        Exited = WatchAsync();
    }

    public ProcessIdentity Identity { get; }

    public QmpClient Monitor { get; }

    public Stream Console { get; }

    public TextTail Errors { get; } = new();

    public string? CommandLine => null;

    public Task<ProcessExit> Exited { get; }

    public IReadOnlyList<ConfinementLayerStatus> Confinement { get; } = [];

    public void Kill() => _finder.Kill(Identity);

    public async ValueTask DisposeAsync()
    {
        await Monitor.DisposeAsync().ConfigureAwait(false);
        await Console.DisposeAsync().ConfigureAwait(false);
        await _watching.CancelAsync().ConfigureAwait(false);
        await ((Task)Exited).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _watching.Dispose();
    }

    private async Task<ProcessExit> WatchAsync()
    {
        await _finder.WaitForExitAsync(Identity, _watching.Token).ConfigureAwait(false);
        return new ProcessExit(null, null);
    }
}
