using System.Globalization;

namespace DesktopGrid.VmSandbox.Qemu.Arguments;

/// <summary>Board, processor, memory and accelerator.</summary>
internal static class BoardArguments
{
    /// <summary>RAM always lies in a backend of this one name, so that its block has the same name in every way of starting.</summary>
    private const string MemoryId = "ram0";

    // MiB of translated code that emulation keeps; QEMU's own default is a gigabyte, which a volunteer would see.
    private const int TranslationCacheMiB = 256;

    public static IReadOnlyList<string> For(MachineSpec spec) =>
    [
        "-machine", $"{spec.MachineType},memory-backend={MemoryId},usb=off,vmport=off",
        "-accel", spec.Accelerator switch
        {
            // Its interrupt controller loses message-signalled interrupts ("injection failed, MSI"), so QEMU's own serves.
            Accelerator.Whpx => "whpx,kernel-irqchip=off",
            Accelerator.Tcg => string.Create(CultureInfo.InvariantCulture, $"tcg,thread={(spec.EmulatesInParallel ? "multi" : "single")},tb-size={TranslationCacheMiB}"),
            _ => spec.Accelerator.QemuName(),
        },
        "-cpu", spec.CpuModel,
        "-smp", string.Create(CultureInfo.InvariantCulture, $"cpus={spec.VirtualCpus},sockets=1,cores={spec.VirtualCpus},threads=1"),
        "-m", MemorySize(spec),
        "-object", spec.Ram is { } ram
            ? $"memory-backend-file,id={MemoryId},size={MemorySize(spec)},mem-path={QemuArguments.Escape(ram.Image.PathInPayload)},share={(ram.IsWritten ? "on" : "off")}"
            : $"memory-backend-ram,id={MemoryId},size={MemorySize(spec)}",
        "-rtc", "base=utc,clock=host",
    ];

    /// <summary>Behind all other devices, whose places stay the same with it and without.</summary>
    public static IReadOnlyList<string> Balloon(MachineSpec spec) => spec.ReturnsMemory ? ["-device", "virtio-balloon-pci,id=balloon,free-page-reporting=on"] : [];

    private static string MemorySize(MachineSpec spec) => string.Create(CultureInfo.InvariantCulture, $"{spec.MemoryBytes / 1024}K");
}
