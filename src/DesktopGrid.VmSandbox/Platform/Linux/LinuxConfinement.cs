using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Platform.Linux;

/// <summary>Finds out which layers this host gives, by running a harmless program behind each tool. What was found is remembered until it is to be found anew.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxConfinement(TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private LinuxTools? _tools;

    /// <summary>The filter's file; null where there is none for this architecture.</summary>
    public byte[]? Filter { get; } = SeccompFilter.Build();

    /// <summary>The tools that work here.</summary>
    public async Task<LinuxTools> ToolsAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_tools is { } known)
            {
                return known;
            }

            var tools = await TryAllAsync(LinuxTools.Find(), cancellationToken).ConfigureAwait(false);
            _tools = tools.Faults.Values.Any(static fault => fault.TimedOut) ? null : tools;
            return tools;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Has the next launch try all anew.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _tools = null;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The layers of one launch, each on or off with the reason.</summary>
    public IReadOnlyList<ConfinementLayerStatus> Describe(LinuxTools tools, LaunchRequest request)
    {
        var wrapped = tools.Bubblewrap is not null;
        var privileges = tools.Privileges is not null;
        var isRoot = LinuxNative.IsRoot;
        string Missing(string tool, string package) => Absence(tools, tool, package);
        return
        [
            On(ConfinementLayer.SystemCallFilter, wrapped && Filter is not null, "bubblewrap --seccomp", Filter is null ? "there is no filter for this processor architecture" : Missing("bwrap", "bubblewrap")),
            On(ConfinementLayer.NoNewPrivileges, wrapped || privileges, wrapped ? "bubblewrap" : "setpriv", Missing("setpriv", "util-linux")),
            On(ConfinementLayer.NoCapabilities, isRoot ? privileges : wrapped || privileges, "an ordinary user without capabilities", Missing("setpriv", "util-linux")),
            On(ConfinementLayer.UnprivilegedUser, !isRoot || privileges, isRoot ? "setpriv, a user of the machine's own" : "the host itself is no root", Missing("setpriv", "util-linux")),
            On(ConfinementLayer.EmptyNetwork, wrapped, "bubblewrap, a network namespace", Missing("bwrap", "bubblewrap")),
            On(ConfinementLayer.PrivateFiles, wrapped, "bubblewrap, a mount namespace", Missing("bwrap", "bubblewrap")),
            On(ConfinementLayer.PrivateProcesses, wrapped, "bubblewrap, a process namespace", Missing("bwrap", "bubblewrap")),
            On(ConfinementLayer.NoCoreDump, tools.Limits is not null, "prlimit --core=0", Missing("prlimit", "util-linux")),
            On(ConfinementLayer.FileSizeLimit, tools.Limits is not null && request.Confinement?.MaxFileBytes is not null, "prlimit --fsize", tools.Limits is null ? Missing("prlimit", "util-linux") : "no bound was asked for"),
            On(ConfinementLayer.DiesWithParent, request.DieWithParent && (wrapped || privileges), "the kernel's parent-death signal", request.DieWithParent ? Missing("setpriv", "util-linux") : "the machine was told to outlive its host process"),
            LowPriority(tools, request.Priority),
        ];
    }

    public void Dispose() => _gate.Dispose();

    private static ConfinementLayerStatus LowPriority(LinuxTools tools, ProcessPriority priority) => priority switch
    {
        ProcessPriority.Normal => new(ConfinementLayer.LowPriority, false, "normal priority was asked for"),
        ProcessPriority.Idle when tools.Scheduler is not null => new(ConfinementLayer.LowPriority, true, "SCHED_IDLE" + Session(tools) + (tools.DiskScheduler is null ? "" : ", idle disk class")),
        _ => On(ConfinementLayer.LowPriority, tools.Nice is not null, (priority is ProcessPriority.Idle ? "nice 19" : "nice 10") + Session(tools), Absence(tools, "nice", "coreutils")),
    };

    private static string Session(LinuxTools tools) => tools is { SetSession: not null, SessionsHavePriorities: true } ? ", and its session as well when it is ready" : "";

    private static ConfinementLayerStatus On(ConfinementLayer layer, bool isOn, string means, string fault) => new(layer, isOn, isOn ? means : fault);

    private static string Absence(LinuxTools tools, string tool, string package) =>
        tools.Faults.TryGetValue(tool, out var fault) ? $"{tool} does not work here: {fault.Reason}" : $"{tool} is not installed; on Debian: apt install {package}";

    /// <summary>A tool that is there may still be refused: user namespaces are switched off on some distributions, SCHED_IDLE in some containers.</summary>
    private async Task<LinuxTools> TryAllAsync(LinuxTools found, CancellationToken cancellationToken)
    {
        var faults = new Dictionary<string, TrialFault>(StringComparer.Ordinal);
        var plan = new ConfinementPlan { Identity = "" };
        return found with
        {
            SetSession = await TryAsync(found.SetSession, "setsid", []).ConfigureAwait(false),
            Limits = await TryAsync(found.Limits, "prlimit", ["--core=0", "--"]).ConfigureAwait(false),
            Scheduler = await TryAsync(found.Scheduler, "chrt", ["--idle", "0"]).ConfigureAwait(false),
            DiskScheduler = await TryAsync(found.DiskScheduler, "ionice", ["-c3"]).ConfigureAwait(false),
            Privileges = await TryAsync(found.Privileges, "setpriv", ["--no-new-privs", "--pdeathsig", "KILL", "--"]).ConfigureAwait(false),
            Bubblewrap = await TryAsync(found.Bubblewrap, "bwrap", BubblewrapArguments.For(plan, "/usr/bin/true", null, true, LinuxNative.IsRoot, hasSession: false, hasFilter: false, hasRam: false)).ConfigureAwait(false),
            SessionsHavePriorities = found is { SessionsHavePriorities: true, SetSession: { } session }
                && await ToolTrial.FaultOfAsync(session, ["/bin/sh", "-c", "test -w /proc/self/autogroup"], time, cancellationToken).ConfigureAwait(false) is null,
            Faults = faults,
        };

        async Task<string?> TryAsync(string? tool, string name, IEnumerable<string> arguments)
        {
            if (tool is null)
            {
                return null;
            }

            if (await ToolTrial.FaultOfAsync(tool, [.. arguments, "/bin/true"], time, cancellationToken).ConfigureAwait(false) is not { } fault)
            {
                return tool;
            }

            faults[name] = fault;
            return null;
        }
    }
}
