using System.Globalization;
using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Platform.Linux;

/// <summary>
/// Puts the tools in front of the payload, in the one order that works:
/// <code>
/// sh (opens the filter, and memory that is lent) → setsid → prlimit → chrt or nice → ionice
///   → bwrap → [root: setpriv (user)]   or, without bubblewrap,   setpriv (privileges, user, parent death)
///   → sh (the gate) → payload
/// </code>
/// Each of them replaces itself by the next, so that all is in force before the payload's first instruction. Parent death must hold when the
/// gate is reached, or a host that is killed in that moment leaves the payload behind. bubblewrap sets it in both its processes itself, in the
/// outer one before it wakes the inner, and in the inner before it becomes the gate (bubblewrap.c, handle_die_with_parent). It must not be set
/// earlier: an outer process that dies before it has woken the inner one leaves that waiting for ever.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class LaunchChain
{
    private const string Shell = "/bin/sh";
    // The filter reaches bwrap as an open descriptor, which .NET cannot hand down; the shell can. So does memory reach QEMU, through all that is
    // between; open for reading, although the kernel asks for a way to write when QEMU maps it for itself: that is by its path.
    private static readonly string OpenFilter = $"f=$1; shift; exec \"$@\" {BubblewrapArguments.FilterDescriptor}<\"$f\"";
    private static readonly string OpenRam = $"m=$1; shift; exec \"$@\" {BubblewrapArguments.RamDescriptor}<\"$m\"";
    private static readonly string OpenBoth = $"f=$1; m=$2; shift 2; exec \"$@\" {BubblewrapArguments.FilterDescriptor}<\"$f\" {BubblewrapArguments.RamDescriptor}<\"$m\"";
    private static readonly string[] DropCapabilities = ["--no-new-privs", "--inh-caps=-all", "--ambient-caps=-all"];

    /// <summary>The words of the command line; the first is the program to start.</summary>
    public static IReadOnlyList<string> Build(LaunchRequest request, LinuxTools tools, string? filterPath, string? ramPath, uint? user, bool isRoot)
    {
        var words = new List<string>();
        var confined = request.Confinement is not null;
        var wrapped = confined && tools.Bubblewrap is not null;
        string[] death = request.DieWithParent ? ["--pdeathsig", "KILL"] : [];
        words.AddRange((wrapped ? filterPath : null, ramPath) switch
        {
            ({ } filter, { } ram) => [Shell, "-c", OpenBoth, "sh", filter, ram],
            ({ } filter, null) => [Shell, "-c", OpenFilter, "sh", filter],
            (null, { } ram) => [Shell, "-c", OpenRam, "sh", ram],
            _ => Array.Empty<string>(),
        });

        Add(tools.SetSession, []);
        Limits();
        Priority();
        Privileges();
        if (wrapped)
        {
            Add(tools.Bubblewrap, BubblewrapArguments.For(request.Confinement!, request.FileName, request.WorkingDirectory, request.DieWithParent, isRoot, tools.SetSession is not null, filterPath is not null, ramPath is not null));
            if (user is { } number)
            {
                Add(tools.Privileges, [.. DropCapabilities, .. BecomeUser(number), "--"]);
            }
        }

        if (HasGate(request, tools))
        {
            words.AddRange(LaunchGate.Words);
        }

        words.Add(request.FileName);
        words.AddRange(request.Arguments);
        return words;

        void Add(string? tool, IEnumerable<string> arguments)
        {
            if (tool is not null)
            {
                words.Add(tool);
                words.AddRange(arguments);
            }
        }

        void Limits()
        {
            if (confined)
            {
                Add(tools.Limits, request.Confinement!.MaxFileBytes is { } bytes
                    ? ["--core=0", string.Create(CultureInfo.InvariantCulture, $"--fsize={bytes}"), "--"]
                    : ["--core=0", "--"]);
            }
        }

        void Priority()
        {
            switch (request.Priority)
            {
                case ProcessPriority.Idle when tools.Scheduler is not null:
                    Add(tools.Scheduler, ["--idle", "0"]);
                    Add(tools.DiskScheduler, ["-c3", "-t"]);
                    break;
                case ProcessPriority.Idle:
                    Add(tools.Nice, ["-n19"]);
                    Add(tools.DiskScheduler, ["-c3", "-t"]);
                    break;
                case ProcessPriority.BelowNormal:
                    Add(tools.Nice, ["-n10"]);
                    break;
            }
        }

        void Privileges()
        {
            if (wrapped)
            {
                // bwrap sets no-new-privileges, drops capabilities and watches its parent itself; a user other than ours comes after it.
                return;
            }

            string[] become = user is { } number ? BecomeUser(number) : [];
            string[] drop = confined ? DropCapabilities : [];
            if (death.Length + become.Length + drop.Length > 0)
            {
                Add(tools.Privileges, [.. drop, .. become, .. death, "--"]);
            }
        }
    }

    /// <summary>Whether the payload waits for the host's word: where it is to die with it and something sees to that, or where it is announced.</summary>
    public static bool HasGate(LaunchRequest request, LinuxTools tools) =>
        request.Announce is not null || (request.DieWithParent && tools.Privileges is not null);

    /// <summary>Whether a command line is still that of a tool in front of the gate or the payload.</summary>
    public static bool IsTool(IReadOnlyList<string> words, LinuxTools tools) =>
        (words is [Shell, "-c", var script, ..] && (script == OpenFilter || script == OpenRam || script == OpenBoth)) || tools.All.Contains(words[0]);

    private static string[] BecomeUser(uint user)
    {
        var number = user.ToString(CultureInfo.InvariantCulture);
        return [$"--reuid={number}", $"--regid={number}", "--clear-groups", "--bounding-set=-all"];
    }
}
