using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Platform.Windows;

/// <summary>A job object. It is not inheritable: whoever held a second handle would keep the job, and with it QEMU, alive.</summary>
[SupportedOSPlatform("windows")]
internal sealed class SafeJobHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => Kernel32.CloseHandle(handle);
}
