using System.Globalization;

namespace DesktopGrid.VmSandbox.Jobs;

/// <summary>What of a job is limited.</summary>
public enum JobLimit
{
    /// <summary>The machine's RAM (<see cref="Vms.VmOptions.MemoryMiB"/>), in bytes.</summary>
    Memory = 0,
    /// <summary><see cref="JobLimits.DiskBytes"/>.</summary>
    Disk = 1,
    /// <summary><see cref="JobLimits.CpuTime"/>, in seconds.</summary>
    CpuTime = 2,
    /// <summary><see cref="JobLimits.WallTime"/>, in seconds.</summary>
    WallTime = 3,
    /// <summary><see cref="JobLimits.OutputFileBytes"/>.</summary>
    OutputFiles = 4,
    /// <summary><see cref="JobLimits.Processes"/>.</summary>
    Processes = 5,
}

/// <summary>A limit that a job passed.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Limit">What was allowed: seconds, bytes, or a number of processes, as <see cref="JobLimit"/> says.</param>
/// <param name="Measured">
/// What was measured, in the same unit. For <see cref="JobLimit.Memory"/> the largest of the program's processes, and for <see cref="JobLimit.Processes"/>
/// what there was when one more was refused, both by the guest's word; neither needs to be above the limit. For <see cref="JobLimit.OutputFiles"/> the
/// outputs up to the one that was too large, as far as they were read.
/// </param>
public sealed record PassedLimit(JobLimit Kind, double Limit, double Measured)
{
    internal string Sentence => Kind switch
    {
        JobLimit.Memory => Text($"The program wanted more than the {Limit:0} bytes of RAM of its machine, and the guest ended it; its largest process had {Measured:0} bytes."),
        JobLimit.Disk => Text($"The program passed its limit of {Limit:0} bytes on the disk and was ended; the machine took {Measured:0} bytes."),
        JobLimit.CpuTime => Text($"The program passed its limit of {Limit:0.#} s CPU time and was ended after {Measured:0.0} s."),
        JobLimit.WallTime => Text($"The program passed its limit of {Limit:0.#} s wall time and was ended after {Measured:0.0} s."),
        JobLimit.OutputFiles => Text($"The outputs passed their limit of {Limit:0} bytes together; {Measured:0} bytes were read."),
        _ => Text($"The program wanted more than its limit of {Limit:0} processes and threads and was ended; it had {Measured:0}."),
    };

    private static string Text(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
}
