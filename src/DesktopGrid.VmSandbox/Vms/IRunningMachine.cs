using DesktopGrid.VmSandbox.Logs;

namespace DesktopGrid.VmSandbox.Vms;

/// <summary>What the rooms above may know of a machine that runs in this process.</summary>
internal interface IRunningMachine
{
    /// <summary>The way to its daemon.</summary>
    IGuestLink Link { get; }

    /// <summary>Its log, open for writing.</summary>
    MachineLog Log { get; }

    /// <summary>CPU time of its QEMU process since its start, newest reading.</summary>
    TimeSpan CpuTime { get; }

    /// <summary>Cancelled when its QEMU has ended, whoever ended it.</summary>
    CancellationToken Ended { get; }

    /// <summary>Waits for its end and tells what is known of it.</summary>
    Task<MachineEnd> DescribeEndAsync();
}

/// <summary>How a machine ended: the evidence for whoever has to say why.</summary>
/// <param name="Why">One sentence.</param>
/// <param name="QemuExitCode">QEMU's exit code; null where a signal ended it.</param>
/// <param name="QemuErrors">The last lines of QEMU's standard error.</param>
/// <param name="ConsoleLines">The last lines of the guest's console, made printable.</param>
internal sealed record MachineEnd(string Why, int? QemuExitCode, IReadOnlyList<string> QemuErrors, IReadOnlyList<string> ConsoleLines);
