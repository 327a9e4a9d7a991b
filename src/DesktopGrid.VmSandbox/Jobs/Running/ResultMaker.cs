using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Jobs.Running;

/// <summary>Makes a result of what the guest, the watch and the machine tell of a program that has ended.</summary>
internal static class ResultMaker
{
    // The guest may say anything; a century is as good as an error, and no overflow.
    private const long LongestMs = 100L * 365 * 24 * 3600 * 1000;

    public static JobResult Make(GuestTaskStatus ended, ProgramWatch watch, VmStatus status, IReadOnlyList<JobOutputFile> outputs, IReadOnlyList<JobPhaseTime> phases) => new()
    {
        ExitCode = ended.ExitCode,
        Signal = ended.Signal,
        StandardOutput = watch.StandardOutput,
        StandardError = watch.StandardError,
        DroppedBytes = ended.DroppedBytes,
        Outputs = outputs,
        Messages = watch.Messages,
        UserTime = Duration(ended.UserMs),
        SystemTime = Duration(ended.SystemMs),
        HostCpuTime = watch.Limits.CpuTime,
        PeakMemoryBytes = ended.PeakMemoryBytes,
        PeakDiskBytes = watch.Limits.PeakDiskBytes,
        Phases = phases,
        Machine = status.Id,
        Accelerator = status.Accelerator!.Value,
        Assurance = status.Assurance!.Value,
        MachineType = status.MachineType!,
        CpuModel = status.CpuModel!,
        QemuVersion = status.QemuVersion!,
        StartPath = status.StartPath!.Value,
    };

    /// <summary>Demands that the guest's kernel ended nothing of the program for its memory, and refused it no process.</summary>
    /// <exception cref="JobException">It did, by the guest's word.</exception>
    public static void DemandWithin(GuestTaskStatus ended, SandboxJob job)
    {
        var passed = ended.PassedLimit switch
        {
            GuestLimit.Memory => new PassedLimit(JobLimit.Memory, job.Machine.MemoryMiB * 1024.0 * 1024, Math.Max(ended.PeakMemoryBytes, 0)),
            // Of a limit that it was not given no guest can tell.
            GuestLimit.Processes when job.Limits.Processes is { } limit => new PassedLimit(JobLimit.Processes, limit, Math.Max(ended.PeakProcesses, 0)),
            _ => null,
        };
        if (passed is not null)
        {
            throw JobException.Passed(passed, TaskFate.Ended);
        }
    }

    private static TimeSpan Duration(long milliseconds) => TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, LongestMs));
}
