using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Jobs;

/// <summary>What came of a job whose program ran to its end. A non-zero exit code is a result, not a failure.</summary>
public sealed record JobResult
{
    /// <summary>The program's exit code, 0 to 255; null when a signal ended it.</summary>
    public int? ExitCode { get; init; }
    /// <summary>The number of the Linux signal that ended it; null otherwise.</summary>
    public int? Signal { get; init; }
    /// <summary>What it wrote to standard output, up to the limit. Hostile bytes.</summary>
    public required ReadOnlyMemory<byte> StandardOutput { get; init; }
    /// <summary>What it wrote to standard error, up to the limit. Hostile bytes.</summary>
    public required ReadOnlyMemory<byte> StandardError { get; init; }
    /// <summary>Bytes of both that came after the limit and were dropped, by the guest's word.</summary>
    public long DroppedBytes { get; init; }
    /// <summary>The files that came out, in the order in which the job names them.</summary>
    public required IReadOnlyList<JobOutputFile> Outputs { get; init; }
    /// <summary>Messages of the program to the host, oldest first; the last thousand.</summary>
    public required IReadOnlyList<GuestMessage> Messages { get; init; }
    /// <summary>User time of the program and the children that it waited for, by the guest's clock and the guest's word.</summary>
    public TimeSpan UserTime { get; init; }
    /// <summary>System time likewise: what the guest's kernel did for them.</summary>
    public TimeSpan SystemTime { get; init; }
    /// <summary>Both together.</summary>
    public TimeSpan CpuTime => UserTime + SystemTime;
    /// <summary>CPU time that the host spent on the machine while the program ran, by the host's own count: what a grid can trust.</summary>
    public TimeSpan HostCpuTime { get; init; }
    /// <summary>Largest resident set of one of the program's processes, in bytes, by the guest's word.</summary>
    public long PeakMemoryBytes { get; init; }
    /// <summary>The most that the machine's disk was seen to take on the host beyond its base image while the program ran, in bytes: what the guest had written and not given back.</summary>
    public long PeakDiskBytes { get; init; }
    /// <summary>How long each phase took, in their order.</summary>
    public required IReadOnlyList<JobPhaseTime> Phases { get; init; }
    /// <summary>The machine that ran it; it is gone, but its log stays for <see cref="VmOptions.KeepLog"/>.</summary>
    public required VmId Machine { get; init; }
    /// <summary>What executed the guest.</summary>
    public required Accelerator Accelerator { get; init; }
    /// <summary>What the machine was worth as a barrier.</summary>
    public required AssuranceLevel Assurance { get; init; }
    /// <summary>The versioned machine type.</summary>
    public required string MachineType { get; init; }
    /// <summary>The CPU model with its feature switches, which is part of a scientific result.</summary>
    public required string CpuModel { get; init; }
    /// <summary>The QEMU that ran it.</summary>
    public required string QemuVersion { get; init; }
    /// <summary>Which way the machine came to run.</summary>
    public required StartPath StartPath { get; init; }

    /// <summary>Whether the program ended by itself with exit code 0.</summary>
    public bool IsSuccess => ExitCode == 0;

    /// <summary>Standard output as a text, read as UTF-8; broken bytes become U+FFFD. Hostile text: clean it before a terminal sees it.</summary>
    /// <returns>The text; made anew by each call.</returns>
    public string GetStandardOutputText() => Encoding.UTF8.GetString(StandardOutput.Span);

    /// <summary>Standard error as a text, likewise.</summary>
    /// <returns>The text; made anew by each call.</returns>
    public string GetStandardErrorText() => Encoding.UTF8.GetString(StandardError.Span);

    /// <summary>How long a phase took; zero for one that was not reached.</summary>
    /// <param name="phase">Which.</param>
    /// <returns>Its time by the host's monotonic clock.</returns>
    public TimeSpan TimeOf(JobPhase phase) => Phases.FirstOrDefault(time => time.Phase == phase).Duration;
}
