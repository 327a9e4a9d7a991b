using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;

/// <summary>What a failure means for the task: an error of its program, something that may pass, or neither.</summary>
internal static class RunFailure
{
    /// <summary>Whether the guest ended by itself, which its program may have done.</summary>
    public static bool IsOfTheGuest(SandboxException e) => e.Code is SandboxErrorCode.MachineEnded or SandboxErrorCode.SessionDisconnected or SandboxErrorCode.SessionProtocol;

    /// <summary>
    /// Whether to try again later. A computer that has no time or no room for the sandbox has some another day; and a task with hours of work in it waits for
    /// its QEMU or its image to come back, where a new one would be refused at once.
    /// </summary>
    public static bool MayPass(SandboxException e, bool hasWork) =>
        e.IsTransient
        || e.Code is SandboxErrorCode.SessionTimeout or SandboxErrorCode.MonitorTimeout or SandboxErrorCode.MonitorDisconnected or SandboxErrorCode.MachineBootTimeout or SandboxErrorCode.MachineBusy
            or SandboxErrorCode.DiskFull or SandboxErrorCode.CatalogBusy or SandboxErrorCode.BudgetExceeded
        || (hasWork && e.Code is SandboxErrorCode.QemuNotFound or SandboxErrorCode.QemuStartFailed or SandboxErrorCode.QemuUnsuitable or SandboxErrorCode.AcceleratorUnavailable or SandboxErrorCode.ImageMissing);
}
