using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Jobs;

/// <summary>
/// What a job may use. A limit that is passed ends the job with <see cref="Primitives.SandboxErrorCode.JobLimitExceeded"/>, and
/// <see cref="JobException.PassedLimit"/> says which it was and what was measured.
/// </summary>
/// <remarks>
/// RAM and virtual CPUs are the machine's (<see cref="VmOptions"/>); a program that wants more RAM is ended as well (<see cref="JobLimit.Memory"/>).
/// Times, disk and outputs are measured by the host. Memory and processes are the guest kernel's count: a hostile guest can hide that it passed them,
/// and has nothing of it, since the machine itself has no more.
/// </remarks>
public sealed record JobLimits
{
    /// <summary>How long the program may run, by the host's clock; start, transfers and the time in which its machine is suspended are not counted. Null (default) for no bound; range 1 s to 365 d.</summary>
    public TimeSpan? WallTime { get; init; }

    /// <summary>CPU time of the machine's QEMU process while the program runs, looked at once a second. Null (default) for no bound; range 1 s to 365 d.</summary>
    public TimeSpan? CpuTime { get; init; }

    /// <summary>
    /// The per cent of its virtual CPUs that the machine may use while the program runs: it is kept to that, which is no failure
    /// (<see cref="IVmManager.SetCpuShareAsync"/>). Null (default) for all. Range 5 to 100.
    /// </summary>
    public int? CpuSharePercent { get; init; }

    /// <summary>
    /// Processes and threads of the program at once, itself included. What is asked for beyond is refused by the guest's kernel, and ends the job.
    /// Null (default) for the guest's own bound, half of what its kernel can count. Range 1 to 4,194,304.
    /// </summary>
    public int? Processes { get; init; }

    /// <summary>
    /// Bytes that the machine's disk may take on the host beyond its base image, looked at once a second: all that the guest has written and not given
    /// back, its own few megabytes included. Null (default) for the size of the image's disk. Range 16 MiB to 16 TiB.
    /// </summary>
    public long? DiskBytes { get; init; }

    /// <summary>
    /// Bytes of standard output that are kept, and as many again of standard error; what comes after is counted and dropped, which is no
    /// failure. Default 4 MiB, range 0 to 1 GiB. The result holds them in memory.
    /// </summary>
    public long StandardOutputBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Bytes of all outputs together. Default 16 GiB, range 0 to 16 TiB.</summary>
    public long OutputFileBytes { get; init; } = 16L * 1024 * 1024 * 1024;
}
