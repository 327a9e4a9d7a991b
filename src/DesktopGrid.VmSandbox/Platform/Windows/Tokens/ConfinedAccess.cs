using System.ComponentModel;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Platform.Windows.Tokens;

/// <summary>Opens a plan's files, and no others, to the weakened token.</summary>
[SupportedOSPlatform("windows")]
internal static class ConfinedAccess
{
    public static void Grant(ConfinementPlan plan, TokenStrength strength)
    {
        using var identity = WindowsIdentity.GetCurrent();
        var user = identity.User!.Value;
        try
        {
            // The base is every machine's: one entry for all of them, not one for each.
            foreach (var path in plan.ReadOnlyPaths.Where(path => strength is TokenStrength.Restricted && KeepsLists(path)))
            {
                Allow(path, MachineSid.Restricted, FileSystemRights.ReadAndExecute);
            }

            foreach (var path in plan.ReadWritePaths.Where(path => strength is not TokenStrength.Unchanged && KeepsLists(path)))
            {
                // To own a file is not enough to change its label ("SECURITY_INFORMATION": WRITE_OWNER).
                Allow(path, user, FileSystemRights.FullControl);
                if (strength is TokenStrength.Restricted)
                {
                    Allow(path, MachineSid.Of(plan.Identity), FileSystemRights.Modify);
                }

                LowerLabel(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception or PrivilegeNotHeldException)
        {
            throw new PlatformException(SandboxErrorCode.PlatformFailure, $"A file of the machine cannot be opened to its confined process: {e.Message}", e) { Advice = "The store must lie where this user may change permissions." };
        }
    }

    /// <summary>FAT has no access lists: there is nothing to open, and nothing closed.</summary>
    private static bool KeepsLists(string path)
    {
        var root = Path.GetPathRoot(Path.GetFullPath(path))!;
        return root.StartsWith(@"\\", StringComparison.Ordinal)
            ? throw new IOException($"{path} lies on another computer, which does not know this one's labels.")
            : new DriveInfo(root).DriveFormat is "NTFS" or "ReFS";
    }

    private static void Allow(string path, string sid, FileSystemRights rights)
    {
        var who = new SecurityIdentifier(sid);
        if (Directory.Exists(path))
        {
            var folder = new DirectoryInfo(path);
            var list = folder.GetAccessControl(AccessControlSections.Access);
            list.AddAccessRule(new FileSystemAccessRule(who, rights, InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit, PropagationFlags.None, AccessControlType.Allow));
            folder.SetAccessControl(list);
        }
        else
        {
            var file = new FileInfo(path);
            var list = file.GetAccessControl(AccessControlSections.Access);
            list.AddAccessRule(new FileSystemAccessRule(who, rights, AccessControlType.Allow));
            file.SetAccessControl(list);
        }
    }

    private static void LowerLabel(string path)
    {
        using var label = SecurityDescriptor.Parse(MachineSid.LowLabel(Directory.Exists(path)));
        var error = AdvApi32.SetNamedSecurityInfo(path, AdvApi32.FileObject, AdvApi32.LabelSecurityInformation, 0, 0, 0, label.Sacl);
        if (error != 0)
        {
            throw new Win32Exception(error);
        }
    }
}
