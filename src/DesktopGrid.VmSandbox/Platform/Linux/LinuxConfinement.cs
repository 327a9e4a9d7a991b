using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Platform.Linux;

/// <summary>Finds out which layers this host gives, by running a harmless program behind each tool once.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxConfinement(TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private LinuxTools? _tools;
    private Dictionary<string, string> _faults = [];

    /// <summary>The filter's file; null where there is none for this architecture.</summary>
    public byte[]? Filter { get; } = SeccompFilter.Build();

    /// <summary>The tools that work here.</summary>
    public async Task<LinuxTools> ToolsAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _tools ??= await TryAllAsync(LinuxTools.Find(), cancellationToken).ConfigureAwait(false);
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

    private ConfinementLayerStatus LowPriority(LinuxTools tools, ProcessPriority priority) => priority switch
    {
        ProcessPriority.Normal => new(ConfinementLayer.LowPriority, false, "normal priority was asked for"),
        ProcessPriority.Idle when tools.Scheduler is not null => new(ConfinementLayer.LowPriority, true, "SCHED_IDLE" + (tools.DiskScheduler is null ? "" : ", idle disk class")),
        _ => On(ConfinementLayer.LowPriority, tools.Nice is not null, priority is ProcessPriority.Idle ? "nice 19" : "nice 10", Missing("nice", "coreutils")),
    };

    private static ConfinementLayerStatus On(ConfinementLayer layer, bool isOn, string means, string fault) => new(layer, isOn, isOn ? means : fault);

    private string Missing(string tool, string package) =>
        _faults.TryGetValue(tool, out var fault) ? $"{tool} does not work here: {fault}" : $"{tool} is not installed; on Debian: apt install {package}";

    /// <summary>A tool that is there may still be refused: user namespaces are switched off on some distributions, SCHED_IDLE in some containers.</summary>
    private async Task<LinuxTools> TryAllAsync(LinuxTools found, CancellationToken cancellationToken)
    {
        _faults = [];
        var plan = new ConfinementPlan { Identity = "" };
        return found with
        {
            SetSession = await TryAsync(found.SetSession, "setsid", [], cancellationToken).ConfigureAwait(false),
            Limits = await TryAsync(found.Limits, "prlimit", ["--core=0", "--"], cancellationToken).ConfigureAwait(false),
            Scheduler = await TryAsync(found.Scheduler, "chrt", ["--idle", "0"], cancellationToken).ConfigureAwait(false),
            DiskScheduler = await TryAsync(found.DiskScheduler, "ionice", ["-c3"], cancellationToken).ConfigureAwait(false),
            Privileges = await TryAsync(found.Privileges, "setpriv", ["--no-new-privs", "--pdeathsig", "KILL", "--"], cancellationToken).ConfigureAwait(false),
            Bubblewrap = await TryAsync(found.Bubblewrap, "bwrap", BubblewrapArguments.For(plan, "/usr/bin/true", null, true, LinuxNative.IsRoot, hasFilter: false), cancellationToken).ConfigureAwait(false),
        };
    }

    private async Task<string?> TryAsync(string? tool, string name, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        if (tool is null)
        {
            return null;
        }

        if (await ToolTrial.FaultOfAsync(tool, [.. arguments, "/bin/true"], time, cancellationToken).ConfigureAwait(false) is not { } fault)
        {
            return tool;
        }

        _faults[name] = fault;
        return null;
    }
}
