using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Platform.Windows;

/// <summary>A security descriptor made from its text ("Security Descriptor Definition Language").</summary>
[SupportedOSPlatform("windows")]
internal sealed class SecurityDescriptor : SafeHandleZeroOrMinusOneIsInvalid
{
    private const uint Revision = 1;

    private SecurityDescriptor(nint memory)
        : base(ownsHandle: true) => SetHandle(memory);

    /// <summary>Its memory, as long as this lives.</summary>
    public nint Pointer => handle;

    /// <summary>Its access list; zero where it has none.</summary>
    public nint Dacl => AdvApi32.GetSecurityDescriptorDacl(handle, out _, out var acl, out _) ? acl : throw new Win32Exception(Marshal.GetLastPInvokeError());

    /// <summary>Its system list, where the mandatory label stands.</summary>
    public nint Sacl => AdvApi32.GetSecurityDescriptorSacl(handle, out _, out var acl, out _) ? acl : throw new Win32Exception(Marshal.GetLastPInvokeError());

    public static SecurityDescriptor Parse(string text) =>
        AdvApi32.ConvertStringSecurityDescriptor(text, Revision, out var memory, 0) ? new SecurityDescriptor(memory) : throw new Win32Exception(Marshal.GetLastPInvokeError());

    protected override bool ReleaseHandle() => Kernel32.LocalFree(handle) == 0;
}
