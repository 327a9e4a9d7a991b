using System.Globalization;
using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Platform.Linux;

/// <summary>
/// Puts the tools in front of the payload, in the one order that works:
/// <code>
/// sh (opens the filter) → setsid → prlimit → chrt or nice → ionice → setpriv (parent death, privileges) → bwrap → [root: setpriv (user)] → payload
/// </code>
/// Each of them replaces itself by the next, so that all is in force before the payload's first instruction.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class LaunchChain
{
    private static readonly string[] DropCapabilities = ["--no-new-privs", "--inh-caps=-all", "--ambient-caps=-all"];

    /// <summary>The words of the command line; the first is the program to start.</summary>
    public static IReadOnlyList<string> Build(LaunchRequest request, LinuxTools tools, string? filterPath, uint? user, bool isRoot)
    {
        var words = new List<string>();
        var confined = request.Confinement is not null;
        var wrapped = confined && tools.Bubblewrap is not null;
        if (wrapped && filterPath is not null)
        {
            // The filter reaches bwrap as an open descriptor, which .NET cannot hand down; the shell can.
            words.AddRange(["/bin/sh", "-c", $"f=$1; shift; exec \"$@\" {BubblewrapArguments.FilterDescriptor}<\"$f\"", "sh", filterPath]);
        }

        Add(tools.SetSession, []);
        Limits();
        Priority();
        Privileges();
        if (wrapped)
        {
            Add(tools.Bubblewrap, BubblewrapArguments.For(request.Confinement!, request.FileName, request.WorkingDirectory, request.DieWithParent, isRoot, filterPath is not null));
            if (user is { } number)
            {
                Add(tools.Privileges, [.. DropCapabilities, .. BecomeUser(number), "--"]);
            }
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
            string[] death = request.DieWithParent ? ["--pdeathsig", "KILL"] : [];
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

    private static string[] BecomeUser(uint user)
    {
        var number = user.ToString(CultureInfo.InvariantCulture);
        return [$"--reuid={number}", $"--regid={number}", "--clear-groups", "--bounding-set=-all"];
    }
}
