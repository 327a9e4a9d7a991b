using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Platform.Metering;

/// <summary>Reads what a process has used.</summary>
internal interface IProcessMeter
{
    /// <summary>The usage, or null when the process is gone.</summary>
    ProcessUsage? Read(ProcessIdentity identity);
}

/// <summary>What a process has used.</summary>
/// <param name="CpuTime">User and system time of all its threads.</param>
/// <param name="ResidentBytes">Resident memory.</param>
/// <param name="ProportionalBytes">Resident memory with shared pages counted in parts; null where the host does not tell.</param>
internal sealed record ProcessUsage(TimeSpan CpuTime, long ResidentBytes, long? ProportionalBytes);
