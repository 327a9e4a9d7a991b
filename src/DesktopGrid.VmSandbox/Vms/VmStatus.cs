using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.Vms;

/// <summary>How a machine is at one moment.</summary>
public sealed record VmStatus
{
    /// <summary>Its name in the store.</summary>
    public required VmId Id { get; init; }
    /// <summary>Where it stands in its life.</summary>
    public required VmState State { get; init; }
    /// <summary>The base image's name.</summary>
    public required string Image { get; init; }
    /// <summary>The names of its layers, the lowest first.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];
    /// <summary>RAM in MiB.</summary>
    public required int MemoryMiB { get; init; }
    /// <summary>Virtual CPUs.</summary>
    public required int VirtualCpus { get; init; }
    /// <summary>The caller's own names and values.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>The versioned machine type; null before the first start.</summary>
    public string? MachineType { get; init; }
    /// <summary>The CPU model with its feature switches, which is part of a scientific result; null before the first start.</summary>
    public string? CpuModel { get; init; }
    /// <summary>The QEMU that runs or last ran it; null before the first start.</summary>
    public string? QemuVersion { get; init; }
    /// <summary>What executes or last executed it; null before the first start.</summary>
    public Accelerator? Accelerator { get; init; }
    /// <summary>What the machine is worth as a barrier; null before the first start.</summary>
    public AssuranceLevel? Assurance { get; init; }
    /// <summary>Which way it came to run; null before the first start.</summary>
    public StartPath? StartPath { get; init; }
    /// <summary>Every confinement layer, on or off with the reason; empty while it does not run.</summary>
    public IReadOnlyList<ConfinementLayerStatus> Confinement { get; init; } = [];
    /// <summary>QEMU's process, while there is one.</summary>
    public int? ProcessId { get; init; }
    /// <summary>CPU time of the QEMU process, over all starts and resumptions of this machine; of a process that ended with nobody to see it, until its last checkpoint.</summary>
    public TimeSpan CpuTime { get; init; }
    /// <summary>The per cent of its virtual CPUs that this process keeps it to; null where it may use them all.</summary>
    public int? CpuSharePercent { get; init; }
    /// <summary>Resident memory of the QEMU process in bytes, shared pages counted in parts where the host tells; 0 while it does not run.</summary>
    public long MemoryBytes { get; init; }
    /// <summary>Bytes that the machine really takes on the host's disk, as its blocks are counted; not counted are its base image, and the disk by which a job's outputs come back at its end.</summary>
    public long DiskBytes { get; init; }
    /// <summary>Its newest checkpoint; null while it has none.</summary>
    public VmCheckpoint? LastCheckpoint { get; init; }
    /// <summary>What ended it last, in one sentence; null while nothing did.</summary>
    public string? LastError { get; init; }
}
