using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Platform.MacOS;

/// <inheritdoc />
[SupportedOSPlatform("macos")]
internal sealed class MacProcessFinder(TimeProvider time) : IProcessFinder
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public ProcessIdentity Current { get; } = Identify(Environment.ProcessId) ?? new ProcessIdentity(Environment.ProcessId, 0, "");

    /// <summary>The moment of its start is absolute, in microseconds, so that no boot has to be named.</summary>
    public static ProcessIdentity? Identify(int processId) => MacNative.Describe(processId) is { Status: not BsdProcessInfo.Zombie } info
        ? new ProcessIdentity(processId, (long)((info.StartSeconds * 1_000_000) + info.StartMicroseconds), "")
        : null;

    public bool IsAlive(ProcessIdentity identity) => Identify(identity.Id) == identity;

    public void Kill(ProcessIdentity identity)
    {
        if (IsAlive(identity))
        {
            MacNative.Kill(identity.Id);
        }
    }

    /// <summary>macOS shares processors by the priorities of threads alone.</summary>
    public bool StandBack(ProcessIdentity identity, ProcessPriority priority) => true;

    public async Task WaitForExitAsync(ProcessIdentity identity, CancellationToken cancellationToken)
    {
        while (IsAlive(identity))
        {
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
