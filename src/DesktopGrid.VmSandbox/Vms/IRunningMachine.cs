using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;

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

    /// <summary>Time as it passes for the machine: it stands while the machine is suspended.</summary>
    TimeProvider Time { get; }

    /// <summary>Cancelled when its QEMU has ended, whoever ended it.</summary>
    CancellationToken Ended { get; }

    /// <summary>Waits for its end and tells what is known of it.</summary>
    Task<MachineEnd> DescribeEndAsync();
}

/// <summary>The machine verbs, and besides them the running part of a machine, for the rooms above.</summary>
internal interface IRunningMachines : IVmManager
{
    /// <summary>The running part of a machine, taken up if need be.</summary>
    /// <param name="id">Which.</param>
    /// <param name="acceptSuspended">Whether one that is suspended will do: its guest answers when it continues.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VmException">The machine does not run, or another process holds it.</exception>
    Task<IRunningMachine> RequireRunningAsync(VmId id, bool acceptSuspended, CancellationToken cancellationToken);

    /// <summary>Makes the file of a machine's input disk, still empty, to be written before the machine starts; the guest will only read it.</summary>
    /// <returns>Its path.</returns>
    /// <exception cref="VmException">The machine runs, or another process holds it.</exception>
    /// <exception cref="IOException">It cannot be made.</exception>
    Task<string> MakeInputDiskAsync(VmId id, CancellationToken cancellationToken);

    /// <summary>Makes a machine's output disk: a sparse file, whose length is the most that the guest can write to it.</summary>
    /// <inheritdoc cref="MakeInputDiskAsync"/>
    Task<string> MakeOutputDiskAsync(VmId id, long length, CancellationToken cancellationToken);
}

/// <summary>How a machine ended: the evidence for whoever has to say why.</summary>
/// <param name="Code">The failure's number: <see cref="SandboxErrorCode.MachineEnded"/>, or what ended it.</param>
/// <param name="Why">One sentence.</param>
/// <param name="Advice">What can be done about it; null where nothing sensible can be said.</param>
/// <param name="Evidence">What its QEMU has left.</param>
internal sealed record MachineEnd(SandboxErrorCode Code, string Why, string? Advice, QemuEvidence Evidence);
