namespace DesktopGrid.VmSandbox.Jobs;

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
