using DesktopGrid.VmSandbox.Logs;

namespace DesktopGrid.VmSandbox.Vms.Boundary;

/// <summary>What the rooms above may know of a machine that runs in this process.</summary>
internal interface IRunningMachine
{
    /// <summary>The way to its daemon.</summary>
    IGuestLink Link { get; }

    /// <summary>Its log, open for writing.</summary>
    MachineLog Log { get; }

    /// <summary>CPU time of its QEMU process since its start, newest reading.</summary>
    TimeSpan CpuTime { get; }

    /// <summary>What its disk takes on the host beyond its base image now; the newest that could be asked.</summary>
    long DiskBytes { get; }

    /// <summary>Time as it passes for the machine: it stands while the machine is suspended.</summary>
    TimeProvider Time { get; }

    /// <summary>Cancelled when its QEMU has ended, whoever ended it.</summary>
    CancellationToken Ended { get; }

    /// <summary>Waits for its end and tells what is known of it.</summary>
    Task<MachineEnd> DescribeEndAsync();
}
