using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Platform.Metering;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Vms.Checkpoints;
using DesktopGrid.VmSandbox.Vms.Running;
using DesktopGrid.VmSandbox.Vms.Space;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>get_status: the catalog says what exists, the operating system what runs.</summary>
internal static class StatusVerb
{
    /// <summary>Whether the machine has ended and nobody has written it down yet.</summary>
    public static bool HasEndedUnnoticed(VmServices services, MachineRow row, RunningVm? running) =>
        row.VmState() is VmState.Running or VmState.Suspended && Measure(services, row, running) is null;

    public static VmStatus Describe(VmServices services, MachineRow row, RunningVm? running, int? cpuShare = null)
    {
        var usage = Measure(services, row, running);
        var state = row.VmState();
        var isGone = state is VmState.Running or VmState.Suspended && usage is null;
        Accelerator? accelerator = Enum.TryParse<Accelerator>(row.Accelerator, out var known) ? known : null;
        return new VmStatus
        {
            Id = VmId.Parse(row.Id),
            State = isGone ? VmState.Failed : state,
            Image = services.Images.NameOf(row.ImageId),
            Layers = [.. row.Layers.Select(services.Layers.NameOf)],
            MemoryMiB = row.MemoryMiB,
            VirtualCpus = row.VirtualCpus,
            Labels = row.Labels,
            CreatedAt = row.CreatedAt,
            MachineType = row.MachineType,
            CpuModel = row.CpuModel,
            QemuVersion = row.QemuVersion,
            Accelerator = accelerator,
            Assurance = accelerator is null ? null : accelerator is Accelerator.Tcg ? AssuranceLevel.Emulation : AssuranceLevel.Hardware,
            StartPath = Enum.TryParse<StartPath>(row.StartPath, out var path) ? path : null,
            Confinement = usage is null ? [] : row.Layers(),
            ProcessId = usage is null ? null : ProcessIdentity.TryParse(row.Process)?.Id,
            CpuTime = row.CpuTime + (usage?.CpuTime ?? running?.Usage?.CpuTime ?? TimeSpan.Zero),
            CpuSharePercent = cpuShare,
            MemoryBytes = usage is null ? 0 : Proportional(services, row) ?? usage.ResidentBytes,
            DiskBytes = DiskOf(services, row.Id),
            LastCheckpoint = services.Checkpoints.Of(row.Id) is [var newest, ..] ? newest.Describe() : null,
            LastError = row.LastError ?? (isGone ? "QEMU has ended." : null),
        };
    }

    private static ProcessUsage? Measure(VmServices services, MachineRow row, RunningVm? running) =>
        running?.Measure() ?? (ProcessIdentity.TryParse(row.Process) is { } process ? services.Platform.Meter.Read(process) : null);

    private static long? Proportional(VmServices services, MachineRow row) =>
        ProcessIdentity.TryParse(row.Process) is { } process ? services.Platform.Meter.ReadProportionalBytes(process) : null;

    /// <summary>Without the output disk, which takes space but for a moment at the end of a job.</summary>
    private static long DiskOf(VmServices services, string id) =>
        ItemSizes.Of(services.Platform.Files, ItemSizes.In(services.Layout.Machine(id)).Where(path => path != services.Layout.OutputDisk(id))).Bytes;
}
