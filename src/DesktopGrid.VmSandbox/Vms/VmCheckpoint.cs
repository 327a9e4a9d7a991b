using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.Vms;

/// <summary>One instant of a machine that is kept: RAM, devices and disk of the same moment.</summary>
public sealed record VmCheckpoint
{
    /// <summary>Its name; of one name the newest is meant, and the one before is kept for the case that the newest is damaged.</summary>
    public required string Name { get; init; }
    /// <summary>When it was taken, by the host's clock.</summary>
    public required DateTimeOffset TakenAt { get; init; }
    /// <summary>Bytes of its file; what the disk keeps for it is in the machine's <see cref="VmStatus.DiskBytes"/> alone.</summary>
    public required long FileBytes { get; init; }
    /// <summary>Bytes of the state before it was compressed.</summary>
    public required long StateBytes { get; init; }
    /// <summary>The versioned machine type, which whoever resumes it must have.</summary>
    public required string MachineType { get; init; }
    /// <summary>The CPU model, which whoever resumes it must have.</summary>
    public required string CpuModel { get; init; }
    /// <summary>What executed the machine, and must execute whatever resumes it.</summary>
    public required Accelerator Accelerator { get; init; }
    /// <summary>The QEMU that took it; another version may resume it.</summary>
    public required string QemuVersion { get; init; }
}

/// <summary>The ceilings of checkpoints.</summary>
public static class CheckpointLimits
{
    private const int StateSizes = 4;
    private const long StateSlack = 64L * 1024 * 1024;

    /// <summary>How many instants of one machine are kept at most; of each name at most two, the newest and the one before.</summary>
    public const int MostOfMachine = 8;

    /// <summary>The longest name, in characters.</summary>
    public const int MaxNameLength = 64;

    /// <summary>The longest that QEMU's stream may be: it sends its RAM at most twice before the guest stands, and devices besides.</summary>
    internal static long MostStateBytes(int memoryMiB) => (StateSizes * memoryMiB * 1024L * 1024) + StateSlack;
}
