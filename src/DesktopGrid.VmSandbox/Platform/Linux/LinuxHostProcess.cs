using System.Diagnostics;
using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Platform.Linux;

/// <summary>A payload, and the wrapper that stands in front of it as long as it lives.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxHostProcess : HostProcess
{
    private static readonly TimeSpan EndBound = TimeSpan.FromSeconds(5);

    private readonly Process _wrapper;
    private readonly LinuxProcessFinder _finder;
    private readonly bool _isLetGo;

    public LinuxHostProcess(Process wrapper, ProcessIdentity identity, LinuxProcessFinder finder, IReadOnlyList<ConfinementLayerStatus> confinement, bool outlivesHost)
    {
        (_wrapper, _finder, _isLetGo) = (wrapper, finder, outlivesHost);
        Identity = identity;
        Confinement = confinement;
        Exited = WaitAsync();
    }

    public override ProcessIdentity Identity { get; }

    public override Stream StandardOutput => _wrapper.StandardOutput.BaseStream;

    public override Stream StandardError => _wrapper.StandardError.BaseStream;

    public override Task<ProcessExit> Exited { get; }

    public override IReadOnlyList<ConfinementLayerStatus> Confinement { get; }

    public override void Kill()
    {
        if (!Exited.IsCompleted)
        {
            // The payload first: a wrapper without parent death would leave it behind.
            _finder.Kill(Identity);
            if (Identity.Id != _wrapper.Id)
            {
                LinuxNative.Kill(_wrapper.Id);
            }
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_isLetGo)
        {
            Kill();
            await ((Task)Exited).WaitAsync(EndBound).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _wrapper.Dispose();
    }

    private async Task<ProcessExit> WaitAsync()
    {
        await _wrapper.WaitForExitAsync().ConfigureAwait(false);
        // .NET and bubblewrap both report a signal as 128 and its number, as shells do.
        return _wrapper.ExitCode is > 128 and <= 128 + 64 ? new ProcessExit(null, _wrapper.ExitCode - 128) : new ProcessExit(_wrapper.ExitCode, null);
    }
}
