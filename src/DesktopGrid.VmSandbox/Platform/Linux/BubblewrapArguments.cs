using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Confinement;

namespace DesktopGrid.VmSandbox.Platform.Linux;

/// <summary>bubblewrap's arguments (bwrap(1)): new namespaces of every kind, and a root that holds the system's programs and the plan's files.</summary>
[SupportedOSPlatform("linux")]
internal static class BubblewrapArguments
{
    /// <summary>The descriptor at which the shell in front opens the filter.</summary>
    public const int FilterDescriptor = 9;

    /// <summary>The descriptor at which it opens the memory that is lent.</summary>
    public const int RamDescriptor = 8;

    private static readonly string[] SystemFolders = ["/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32"];
    private static readonly string[] SystemFiles = ["/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/alternatives"];

    public static IEnumerable<string> For(ConfinementPlan plan, string program, string? workingDirectory, bool dieWithParent, bool isRoot, bool hasSession, bool hasFilter, bool hasRam)
    {
        // Root keeps the host's user namespace, since it must still be able to become the machine's own user inside.
        string[] namespaces = isRoot
            ? ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
            : ["--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"];
        var arguments = new List<string>(namespaces);
        if (dieWithParent)
        {
            arguments.Add("--die-with-parent");
            if (!isRoot)
            {
                // Without bubblewrap's own reaper between, which sets its parent death when it likes, maybe after the payload has begun. Root's
                // payload needs it: a process without capabilities cannot signal one of another user, and neither can its death.
                arguments.Add("--as-pid-1");
            }
        }

        if (!hasSession)
        {
            // Only then: another one would have a priority of its own again, and the one outside has no terminal either.
            arguments.Add("--new-session");
        }

        arguments.AddRange(["--dev", "/dev", "--tmpfs", "/tmp"]);
        if (hasRam)
        {
            // QEMU takes the memory that is lent to it by a path alone, and its descriptors have paths only here. It sees its own process.
            arguments.AddRange(["--proc", "/proc"]);
        }

        foreach (var folder in SystemFolders)
        {
            var link = new DirectoryInfo(folder).LinkTarget;
            arguments.AddRange(link is null ? ["--ro-bind-try", folder, folder] : ["--symlink", link, folder]);
        }

        if (isRoot)
        {
            // bubblewrap makes missing parents closed to others where the bound file is; the machine's own user must pass through them.
            foreach (var parent in Parents([.. SystemFiles, .. plan.ReadOnlyPaths, .. plan.ReadWritePaths, program]))
            {
                arguments.AddRange(["--perms", "0755", "--dir", parent]);
            }
        }

        foreach (var file in SystemFiles)
        {
            arguments.AddRange(["--ro-bind-try", file, file]);
        }

        if (!program.StartsWith("/usr/", StringComparison.Ordinal))
        {
            // A QEMU that is carried along has its libraries and firmware beside it.
            var folder = Path.GetDirectoryName(program)!;
            arguments.AddRange(["--ro-bind", folder, folder]);
        }

        foreach (var path in plan.ReadOnlyPaths)
        {
            arguments.AddRange(["--ro-bind", path, path]);
        }

        foreach (var path in plan.ReadWritePaths)
        {
            arguments.AddRange(["--bind", path, path]);
        }

        foreach (var path in plan.DevicePaths)
        {
            arguments.AddRange(["--dev-bind-try", path, path]);
        }

        arguments.AddRange(["--chdir", workingDirectory ?? "/"]);
        if (hasFilter)
        {
            arguments.AddRange(["--seccomp", FilterDescriptor.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        }

        arguments.Add("--");
        return arguments;
    }

    /// <summary>Every folder above these paths once, outer ones first, but those that are bound as a whole.</summary>
    private static IEnumerable<string> Parents(IEnumerable<string> paths) => paths
        .SelectMany(static path => Enumerable.Range(1, path.Length - 1).Where(i => path[i] == '/').Select(i => path[..i]))
        .Distinct()
        .Where(static parent => !SystemFolders.Any(folder => parent == folder || parent.StartsWith(folder + "/", StringComparison.Ordinal)))
        .OrderBy(static parent => parent.Length);
}
