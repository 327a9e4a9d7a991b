using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Principal;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Platform.Windows.Tokens;

/// <summary>Makes a weaker token out of this process's own; needs no privilege ("Restricted Tokens").</summary>
[SupportedOSPlatform("windows")]
internal static unsafe class ConfinedToken
{
    public static SafeAccessTokenHandle Create(TokenStrength strength, string machine)
    {
        using var own = Own();
        var sids = new List<byte[]>();
        SidAndAttributes[] disabled = IsAdministrator() ? [Entry(MachineSid.Administrators)] : [];
        SidAndAttributes[] passing = strength is TokenStrength.Restricted
            ? [Entry(MachineSid.Restricted), Entry(MachineSid.Everyone), Entry(MachineSid.Users), Entry(machine), .. LogonSid(own)]
            : [];
        SafeAccessTokenHandle token;
        fixed (SidAndAttributes* disable = disabled, restrict = passing)
        {
            Demand(AdvApi32.CreateRestrictedToken(own, AdvApi32.DisableMaxPrivilege, (uint)disabled.Length, disable, 0, null, (uint)passing.Length, restrict, out token));
        }

        var label = Entry(MachineSid.LowIntegrity);
        label.Attributes = SidAndAttributes.Integrity;
        Demand(AdvApi32.SetTokenInformation(token, TokenInformationClass.IntegrityLevel, &label, (uint)sizeof(SidAndAttributes)));
        using var descriptor = OwnObjects(machine);
        var dacl = new TokenDefaultDacl { Dacl = descriptor.Dacl };
        Demand(AdvApi32.SetTokenInformation(token, TokenInformationClass.DefaultDacl, &dacl, (uint)sizeof(TokenDefaultDacl)));
        GC.KeepAlive(sids);
        return token;

        SidAndAttributes Entry(string sid)
        {
            var identifier = new SecurityIdentifier(sid);
            var bytes = GC.AllocateArray<byte>(identifier.BinaryLength, pinned: true);
            identifier.GetBinaryForm(bytes, 0);
            sids.Add(bytes);
            return new SidAndAttributes { Sid = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(bytes)) };
        }

        SidAndAttributes[] LogonSid(SafeAccessTokenHandle of)
        {
            // Window station and desktop are open to the logon only, and QEMU's libraries want both. A service has no such identifier.
            var room = GC.AllocateArray<byte>(1024, pinned: true);
            sids.Add(room);
            var groups = (TokenGroups*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(room));
            return AdvApi32.GetTokenInformation(of, TokenInformationClass.LogonSid, groups, (uint)room.Length, out _) && groups->Count > 0
                ? [new SidAndAttributes { Sid = groups->First.Sid }]
                : [];
        }
    }

    /// <summary>The access list of the process, its threads and all that it makes.</summary>
    public static SecurityDescriptor OwnObjects(string machine)
    {
        using var identity = WindowsIdentity.GetCurrent();
        return SecurityDescriptor.Parse(MachineSid.OwnObjects(identity.User!.Value, machine));
    }

    private static SafeAccessTokenHandle Own()
    {
        const uint Access = AdvApi32.TokenAssignPrimary | AdvApi32.TokenDuplicate | AdvApi32.TokenQuery | AdvApi32.TokenAdjustDefault;
        Demand(AdvApi32.OpenProcessToken(Kernel32.GetCurrentProcess(), Access, out var token));
        return token;
    }

    private static bool IsAdministrator()
    {
        using var identity = WindowsIdentity.GetCurrent();
        return new WindowsPrincipal(identity).IsInRole(WindowsBuiltInRole.Administrator);
    }

    private static void Demand(bool isDone)
    {
        if (!isDone)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }
}
