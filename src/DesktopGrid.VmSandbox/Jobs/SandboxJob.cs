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

    /// <summary>The machine to run it in.</summary>
    public VmOptions Machine { get; init; } = new();
}

/// <summary>What a job may use. A limit that is passed ends the job with <see cref="Primitives.SandboxErrorCode.JobLimitExceeded"/>.</summary>
/// <remarks>RAM and virtual CPUs are the machine's (<see cref="Vms.VmOptions"/>); the work directory's size is the image's disk.</remarks>
public sealed record JobLimits
{
    /// <summary>How long the program may run, by the host's clock; start, transfers and the time in which its machine is suspended are not counted. Null (default) for no bound; range 1 s to 365 d.</summary>
    public TimeSpan? WallTime { get; init; }

    /// <summary>CPU time of the machine's QEMU process while the program runs, looked at once a second. Null (default) for no bound; range 1 s to 365 d.</summary>
    public TimeSpan? CpuTime { get; init; }

    /// <summary>
    /// Bytes of standard output that are kept, and as many again of standard error; what comes after is counted and dropped, which is no
    /// failure. Default 4 MiB, range 0 to 1 GiB. The result holds them in memory.
    /// </summary>
    public long StandardOutputBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Bytes of all outputs together. Default 16 GiB, range 0 to 16 TiB.</summary>
    public long OutputFileBytes { get; init; } = 16L * 1024 * 1024 * 1024;
}
