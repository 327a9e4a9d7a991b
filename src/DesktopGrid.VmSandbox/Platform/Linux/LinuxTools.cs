using System.Collections.ObjectModel;
using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Platform.Linux;

/// <summary>
/// The small programs that stand in front of a confined process: .NET has no hook between fork and exec, so what must be in force before
/// the first instruction is set by them. A null is a tool that is not there or did not work when it was tried.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed record LinuxTools
{
    private static readonly string[] Folders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"];

    /// <summary>util-linux: a session of its own, so that Ctrl+C in a terminal does not reach the payload.</summary>
    public string? SetSession { get; init; }
    /// <summary>util-linux: core and file-size limits.</summary>
    public string? Limits { get; init; }
    /// <summary>util-linux: SCHED_IDLE.</summary>
    public string? Scheduler { get; init; }
    /// <summary>coreutils: nice, where SCHED_IDLE is refused and for the priority between.</summary>
    public string? Nice { get; init; }
    /// <summary>util-linux: the idle disk class.</summary>
    public string? DiskScheduler { get; init; }
    /// <summary>util-linux: user, capabilities, no new privileges, parent death.</summary>
    public string? Privileges { get; init; }
    /// <summary>bubblewrap: namespaces and the system-call filter.</summary>
    public string? Bubblewrap { get; init; }
    /// <summary>Whether the kernel shares processors between sessions by a priority of theirs (sched(7), "The autogroup feature").</summary>
    public bool SessionsHavePriorities { get; init; }
    /// <summary>Why those that are there are not used, by name.</summary>
    public IReadOnlyDictionary<string, TrialFault> Faults { get; init; } = ReadOnlyDictionary<string, TrialFault>.Empty;

    public static LinuxTools Find() => new()
    {
        SetSession = Find("setsid"),
        Limits = Find("prlimit"),
        Scheduler = Find("chrt"),
        Nice = Find("nice"),
        DiskScheduler = Find("ionice"),
        Privileges = Find("setpriv"),
        Bubblewrap = Find("bwrap"),
        SessionsHavePriorities = File.Exists("/proc/self/autogroup"),
    };

    /// <summary>Those that are used.</summary>
    public IEnumerable<string> All => new[] { SetSession, Limits, Scheduler, Nice, DiskScheduler, Privileges, Bubblewrap }.OfType<string>();

    /// <summary>Only in folders that belong to the system: the volunteer's PATH may lead anywhere.</summary>
    private static string? Find(string name) => Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
