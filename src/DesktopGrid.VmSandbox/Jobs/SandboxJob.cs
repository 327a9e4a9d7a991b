using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Jobs;

/// <summary>A whole piece of work: one program, what it reads, what comes back, and what it may use.</summary>
public sealed record SandboxJob
{
    /// <summary>
    /// The program: the path of an input, or an absolute path of the guest such as <c>/bin/sh</c>. Never searched in PATH.
    /// An input that is the program is made executable.
    /// </summary>
    public required string Program { get; init; }

    /// <summary>The arguments after the program's name. Default none.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>
    /// Environment variables, added to the guest's small default set (<c>PATH</c>, <c>HOME</c>, <c>TMPDIR</c>, <c>LANG</c>, <c>VMSANDBOX_INBOX</c>,
    /// <c>VMSANDBOX_MESSAGES</c>) or in place of one of it. Default none. Command line and environment together hold at most 1 MiB.
    /// </summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The folder to start in, relative to the work directory; null (default) for the work directory.</summary>
    public string? Directory { get; init; }

    /// <summary>A file of the host that the program reads as its standard input; null (default) for nothing.</summary>
    public string? StandardInput { get; init; }

    /// <summary>Files that are put into the work directory before the program starts. Default none.</summary>
    public IReadOnlyList<JobFile> Inputs { get; init; } = [];

    /// <summary>Files that are taken out when the program has ended, whatever its exit code. Default none.</summary>
    public IReadOnlyList<JobOutput> Outputs { get; init; } = [];

    /// <summary>What the program may use.</summary>
    public JobLimits Limits { get; init; } = new();

    /// <summary>Where its fraction done comes from, besides messages. Default nowhere.</summary>
    public FractionDoneSource FractionDone { get; init; } = new();

    /// <summary>The machine to run it in.</summary>
    public VmOptions Machine { get; init; } = new();
}
