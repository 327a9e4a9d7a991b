using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Platform.Metering;

/// <summary>Reads what a process has used.</summary>
internal interface IProcessMeter
{
    /// <summary>The usage, or null when the process is gone.</summary>
    ProcessUsage? Read(ProcessIdentity identity);

    /// <summary>
    /// Resident memory with shared pages counted in parts, in bytes; null where the host does not tell. Not part of the usage, which is read
    /// every second while a job runs: Linux walks over all the process's pages for it.
    /// </summary>
    long? ReadProportionalBytes(ProcessIdentity identity);
}

/// <summary>What a process has used.</summary>
/// <param name="CpuTime">User and system time of all its threads.</param>
/// <param name="ResidentBytes">Resident memory.</param>
internal sealed record ProcessUsage(TimeSpan CpuTime, long ResidentBytes);
