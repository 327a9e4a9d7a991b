using System.Diagnostics;
using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Confinement;

namespace DesktopGrid.VmSandbox.Platform.Processes;

/// <summary>A payload, and the shell or wrapper that stands in front of it as long as it lives and tells how it ended.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixHostProcess : HostProcess
{
    private readonly Process _wrapper;
    private readonly Action _kill;
    private readonly Func<Task> _gone;

    /// <param name="wrapper">What was started; owned from now on. Disposing of it closes its input, at which a guard may kill what still runs.</param>
    /// <param name="identity">The payload's.</param>
    /// <param name="confinement">What is in force.</param>
    /// <param name="outlivesHost">Whether disposing lets it run on.</param>
    /// <param name="kill">Kills the payload, and the wrapper where that does not end with it.</param>
    /// <param name="gone">Ends when the payload is gone, which may be a moment after its wrapper: until then it holds its files.</param>
    /// <param name="time">The clock.</param>
    public UnixHostProcess(Process wrapper, ProcessIdentity identity, IReadOnlyList<ConfinementLayerStatus> confinement, bool outlivesHost, Action kill, Func<Task> gone, TimeProvider time)
        : base(outlivesHost, time)
    {
        (_wrapper, _kill, _gone) = (wrapper, kill, gone);
        Identity = identity;
        Confinement = confinement;
        Exited = WaitAsync();
    }

    public override ProcessIdentity Identity { get; }

    public override Stream StandardOutput => _wrapper.StandardOutput.BaseStream;

    public override Stream StandardError => _wrapper.StandardError.BaseStream;

    public override Task<ProcessExit> Exited { get; }

    public override IReadOnlyList<ConfinementLayerStatus> Confinement { get; }

    protected override void KillTree() => _kill();

    protected override void Release() => _wrapper.Dispose();

    private async Task<ProcessExit> WaitAsync()
    {
        await _wrapper.WaitForExitAsync().ConfigureAwait(false);
        await _gone().ConfigureAwait(false);
        // .NET, shells and bubblewrap all report a signal as 128 and its number.
        return _wrapper.ExitCode is > 128 and <= 128 + 64 ? new ProcessExit(null, _wrapper.ExitCode - 128) : new ProcessExit(_wrapper.ExitCode, null);
    }
}
