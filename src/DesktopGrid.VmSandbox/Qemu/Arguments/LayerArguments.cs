using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.Qemu.Arguments;

/// <summary>
/// The layers' disks, read-only, behind all others, so that those keep their names in the guest. A layer is found by the serial of its disk. QEMU
/// opens nothing besides that one file: its format is named, and a qcow2 has no base.
/// </summary>
internal static class LayerArguments
{
    public static IReadOnlyList<string> For(IReadOnlyList<LayerDisk> layers) => [.. layers.SelectMany(static (layer, number) => For(layer, LayerLine.Serial(number)))];

    private static IReadOnlyList<string> For(LayerDisk layer, string name) =>
    [
        "-blockdev", DiskArguments.Json(writer => DiskArguments.File(writer, $"{name}-file", layer.Path, isReadOnly: true)),
        "-blockdev", DiskArguments.Json(writer =>
        {
            writer.WriteString("driver", layer.Format);
            writer.WriteString("node-name", name);
            writer.WriteString("file", $"{name}-file");
            writer.WriteBoolean("read-only", true);
            if (layer.Format == "qcow2")
            {
                writer.WriteNull("backing");
            }
        }),
        "-device", $"virtio-blk-pci,drive={name},id={name}-disk,serial={name}",
    ];
}
