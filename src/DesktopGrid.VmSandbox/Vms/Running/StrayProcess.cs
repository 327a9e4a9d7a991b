using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Vms.Running;

/// <summary>Ends a QEMU that this process did not start, or no longer watches.</summary>
internal static class StrayProcess
{
    private static readonly TimeSpan KillBound = TimeSpan.FromSeconds(10);

    /// <exception cref="VmException">The kernel holds it in a disk that hangs, even when it is killed.</exception>
    public static async Task EndAsync(VmServices services, ProcessIdentity process, CancellationToken cancellationToken)
    {
        services.Platform.Finder.Kill(process);
        using var bound = Deadline.After(KillBound, services.Time).Enter(cancellationToken);
        try
        {
            await services.Platform.Finder.WaitForExitAsync(process, bound.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw VmException.Unkillable(process.Id);
        }
    }
}
