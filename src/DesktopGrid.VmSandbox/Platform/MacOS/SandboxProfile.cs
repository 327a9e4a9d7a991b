using System.Text;
using DesktopGrid.VmSandbox.Platform.Confinement;

namespace DesktopGrid.VmSandbox.Platform.MacOS;

/// <summary>
/// The profile that sandbox-exec(1) is given: all is denied but what the system's own base profile lets every program do, the plan's files,
/// and sockets inside the plan's folders. The language has no reference of Apple's; the rules used here are those of the profiles in
/// /System/Library/Sandbox/Profiles. The kernel compares real paths, so all that comes in must be resolved.
/// </summary>
internal static class SandboxProfile
{
    /// <summary>Base profiles, the narrower first: for system services, and for command-line programs.</summary>
    public static readonly IReadOnlyList<string> Bases = ["system.sb", "bsd.sb"];

    // Where package managers keep programs and the libraries that they share.
    private static readonly string[] Prefixes = ["/opt/homebrew", "/usr/local", "/opt/local", "/nix/store"];

    public static string For(ConfinementPlan plan, string program, string basis)
    {
        var prefix = PrefixOf(program);
        string[] readable = [program, prefix, .. plan.ReadOnlyPaths, .. plan.ReadWritePaths];
        var text = new StringBuilder()
            .Append("(version 1)\n(deny default)\n(import ").Append(Quote(basis)).Append(")\n")
            // Itself and nothing else; no second process.
            .Append("(allow process-exec (literal ").Append(Quote(program)).Append("))\n(deny process-fork)\n")
            .Append("(allow signal (target self))\n(allow process-info* (target self))\n(allow sysctl-read)\n")
            // Emulation translates code; older systems do not know the word.
            .Append("(when (defined? 'dynamic-code-generation) (allow dynamic-code-generation))\n")
            .Append("(deny network*)\n");
        Allow("file-read-metadata", "literal", Parents(readable));
        Allow("file-read*", "subpath", readable);
        Allow("file-write*", "subpath", plan.ReadWritePaths);
        Allow("file-read* file-write* file-ioctl", "literal", plan.DevicePaths);
        if (plan.ReadWritePaths.Count > 0)
        {
            text.Append("(allow system-socket (socket-domain AF_UNIX))\n");
            foreach (var path in plan.ReadWritePaths)
            {
                text.Append("(allow network-bind network-inbound (local unix-socket (subpath ").Append(Quote(path)).Append(")))\n");
            }
        }

        return text.ToString();

        void Allow(string operation, string filter, IEnumerable<string> paths)
        {
            foreach (var path in paths)
            {
                text.Append("(allow ").Append(operation).Append(" (").Append(filter).Append(' ').Append(Quote(path)).Append("))\n");
            }
        }
    }

    /// <summary>A string of the profile's language.</summary>
    public static string Quote(string text) => $"\"{text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>The folder that holds the program with its libraries and firmware.</summary>
    public static string PrefixOf(string program)
    {
        if (Prefixes.FirstOrDefault(prefix => program.StartsWith(prefix + "/", StringComparison.Ordinal)) is { } known)
        {
            return known;
        }

        var folder = program[..program.LastIndexOf('/')];
        return folder.EndsWith("/bin", StringComparison.Ordinal) && folder.LastIndexOf('/') > 0 ? folder[..^"/bin".Length] : folder.Length > 0 ? folder : program;
    }

    /// <summary>Every folder above, once: a path is walked through them.</summary>
    private static IEnumerable<string> Parents(IEnumerable<string> paths) => paths
        .SelectMany(static path => Enumerable.Range(1, path.Length - 1).Where(i => path[i] == '/').Select(i => path[..i]))
        .Prepend("/")
        .Distinct();
}
