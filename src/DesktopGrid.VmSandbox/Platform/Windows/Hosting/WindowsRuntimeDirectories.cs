using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Platform.Windows.Tokens;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Platform.Windows.Hosting;

/// <summary>Private directories below the first root in which sockets were seen to work; open to this user and the system alone.</summary>
/// <param name="candidates">Where the root may lie, best first.</param>
[SupportedOSPlatform("windows")]
internal sealed class WindowsRuntimeDirectories(IReadOnlyList<string> candidates) : IRuntimeDirectories
{
    // afunix.h: UNIX_PATH_MAX is 108 with the ending zero.
    private const int LongestSocketPath = 107;
    // A directory's and a socket's name, each with its separator.
    private const int Room = 32;

    private readonly Lock _lock = new();
    private string? _root;

    public string Create(string name)
    {
        var root = Root();
        var path = Path.Combine(root, name);
        try
        {
            MakeRootPrivate(root);
            MakePrivate(path);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused(path, e.Message, e);
        }
    }

    public string? Find(string name) => Path.Combine(Root(), name) is var path && Directory.Exists(path) ? path : null;

    public void Remove(string name)
    {
        var path = Path.Combine(Root(), name);
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Gone already.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PlatformException(SandboxErrorCode.PlatformFailure, $"The private directory {path} cannot be removed: {e.Message}", e);
        }
    }

    public void SweepTrials(DateTimeOffset before) => TrialDirectories.Sweep(Root(), before);

    public LocalEndpoint Endpoint(string directory, string name) => LocalEndpoint.At(Path.Combine(directory, name), LongestSocketPath);

    private string Root()
    {
        lock (_lock)
        {
            return _root ??= Find();
        }
    }

    private string Find()
    {
        var faults = new List<string>();
        foreach (var candidate in candidates)
        {
            try
            {
                MakeRootPrivate(candidate);
                if (SocketProof.FaultOf(candidate, LongestSocketPath, Room) is not { } fault)
                {
                    return candidate;
                }

                faults.Add(fault);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                faults.Add($"{candidate}: {e.Message}");
            }
        }

        throw Refused(candidates[0], string.Join("; ", faults), null);
    }

    /// <summary>One that is there already may have been made with another list, or been opened since.</summary>
    private static void MakeRootPrivate(string path)
    {
        if (!MakePrivate(path))
        {
            new DirectoryInfo(path).SetAccessControl(PrivateList());
        }
    }

    /// <summary>Whether it was made just now. One that was there keeps its list: a machine's own has been opened to its confined process.</summary>
    private static bool MakePrivate(string path)
    {
        using var identity = WindowsIdentity.GetCurrent();
        var folder = new DirectoryInfo(path);
        if (!folder.Exists)
        {
            folder.Create(PrivateList());
            return true;
        }

        var owner = folder.GetAccessControl(AccessControlSections.Owner).GetOwner(typeof(SecurityIdentifier));
        if (folder.LinkTarget is not null || !(identity.User!.Equals(owner) || identity.Owner!.Equals(owner)))
        {
            throw new IOException("it is a link, or another user's.");
        }

        return false;
    }

    private static DirectorySecurity PrivateList()
    {
        using var identity = WindowsIdentity.GetCurrent();
        var list = new DirectorySecurity();
        // Nothing comes down from the folder above, and all goes down to what is made below.
        list.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        foreach (var who in (SecurityIdentifier[])[identity.User!, new SecurityIdentifier(MachineSid.LocalSystem)])
        {
            list.AddAccessRule(new FileSystemAccessRule(who, FileSystemRights.FullControl, InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit, PropagationFlags.None, AccessControlType.Allow));
        }

        return list;
    }

    private static PlatformException Refused(string path, string reason, Exception? cause) =>
        new(SandboxErrorCode.PlatformFailure, $"The private directory {path} for sockets cannot be made: {reason}", cause) { Advice = "Windows 10 version 1803 or newer is needed, and a short directory of this user's own." };
}
