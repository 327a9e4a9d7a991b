using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Processes;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Platform.Windows.Processes;

/// <summary>
/// Opens processes. An open handle keeps the process's number from being used again, so that what is asked of it afterwards concerns this
/// one and no other ("GetProcessId", "GetProcessTimes").
/// </summary>
[SupportedOSPlatform("windows")]
internal static class ProcessHandle
{
    /// <summary>The process of this identity, running or only just ended; null when it is gone or its number belongs to another.</summary>
    public static SafeProcessHandle? Open(ProcessIdentity identity, uint access)
    {
        var handle = Kernel32.OpenProcess(access | Kernel32.ProcessQueryLimitedInformation | Kernel32.Synchronize, inheritHandle: false, identity.Id);
        if (!handle.IsInvalid && Identify(handle) == identity)
        {
            return handle;
        }

        handle.Dispose();
        return null;
    }

    /// <summary>The moment of its start is absolute, so that no boot has to be named.</summary>
    public static ProcessIdentity? Identify(SafeProcessHandle handle) =>
        Kernel32.GetProcessTimes(handle, out var start, out _, out _, out _) ? new ProcessIdentity(Kernel32.GetProcessId(handle), start, "") : null;

    public static int ExitCode(SafeProcessHandle handle) => Kernel32.GetExitCodeProcess(handle, out var code) ? unchecked((int)code) : -1;
}
