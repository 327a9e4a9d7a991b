using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Windows.Processes;

namespace DesktopGrid.VmSandbox.Platform.Windows.Hosting;

/// <inheritdoc />
[SupportedOSPlatform("windows")]
internal sealed class WindowsProcessFinder : IProcessFinder
{
    public ProcessIdentity Current { get; } = Self();

    public bool IsAlive(ProcessIdentity identity)
    {
        // One that has ended can still be opened while somebody holds a handle of it.
        using var handle = ProcessHandle.Open(identity, 0);
        return handle is not null && Kernel32.WaitForSingleObject(handle, 0) == Kernel32.WaitTimeout;
    }

    public void Kill(ProcessIdentity identity)
    {
        using var handle = ProcessHandle.Open(identity, Kernel32.ProcessTerminate);
        if (handle is not null)
        {
            _ = Kernel32.TerminateProcess(handle, JobObject.KilledExitCode);
        }
    }

    /// <summary>Windows shares processors by the priorities of threads alone.</summary>
    public bool StandBack(ProcessIdentity identity, ProcessPriority priority) => true;

    public async Task WaitForExitAsync(ProcessIdentity identity, CancellationToken cancellationToken)
    {
        using var handle = ProcessHandle.Open(identity, 0);
        if (handle is not null)
        {
            await ProcessEnd.WaitAsync(handle, cancellationToken).ConfigureAwait(false);
        }
    }

    private static ProcessIdentity Self()
    {
        using var handle = Kernel32.OpenProcess(Kernel32.ProcessQueryLimitedInformation, inheritHandle: false, Environment.ProcessId);
        return ProcessHandle.Identify(handle) ?? new ProcessIdentity(Environment.ProcessId, 0, "");
    }
}
