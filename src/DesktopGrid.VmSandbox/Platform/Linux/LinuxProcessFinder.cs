using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Platform.Linux;

/// <inheritdoc />
[SupportedOSPlatform("linux")]
internal sealed class LinuxProcessFinder(TimeProvider time) : IProcessFinder
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public ProcessIdentity Current { get; } = ProcFile.Identify(Environment.ProcessId) ?? new ProcessIdentity(Environment.ProcessId, 0, ProcFile.BootId);

    public bool IsAlive(ProcessIdentity identity) =>
        identity.BootId == ProcFile.BootId && ProcFile.ReadStat(identity.Id) is { State: not ('Z' or 'X') } stat && stat.StartTicks == identity.StartTicks;

    public void Kill(ProcessIdentity identity)
    {
        if (IsAlive(identity))
        {
            LinuxNative.Kill(identity.Id);
        }
    }

    public async Task WaitForExitAsync(ProcessIdentity identity, CancellationToken cancellationToken)
    {
        while (IsAlive(identity))
        {
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
