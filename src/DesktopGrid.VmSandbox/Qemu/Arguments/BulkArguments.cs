namespace DesktopGrid.VmSandbox.Qemu.Arguments;

/// <summary>
/// The two disks of bulk data behind the root disk, in the guest <c>/dev/vdb</c> (read-only) and <c>/dev/vdc</c>. Every machine has both, whether
/// there is a file for them or not: what a template has, its clones must have. A guest that was cloned keeps the template's capacity, which is
/// the placeholder's and at least as large as any file that comes in its place; what lies beyond the file's end is an I/O error.
/// </summary>
internal static class BulkArguments
{
    public static IReadOnlyList<string> For(MachineSpec spec) =>
    [
        .. Node("input", spec.InputDisk, isReadOnly: true),
        // An error is the guest's to know and not the end of the machine, as one of its root disk is.
        "-device", "virtio-blk-pci,drive=input,id=input-disk,rerror=report,werror=report",
        .. Node("output", spec.OutputDisk, isReadOnly: false),
        "-device", "virtio-blk-pci,drive=output,id=output-disk,rerror=report,werror=report",
    ];

    private static IReadOnlyList<string> Node(string name, string? path, bool isReadOnly) => path is null
        ?
        [
            "-blockdev", DiskArguments.Json(writer =>
            {
                writer.WriteString("driver", "null-co");
                writer.WriteString("node-name", name);
                writer.WriteNumber("size", MachineSpec.PlaceholderLength);
                writer.WriteBoolean("read-zeroes", true);
                writer.WriteBoolean("read-only", isReadOnly);
            }),
        ]
        :
        [
            "-blockdev", DiskArguments.Json(writer => DiskArguments.File(writer, $"{name}-file", path, isReadOnly)),
            // Named, never probed: the guest writes one of them.
            "-blockdev", DiskArguments.Json(writer =>
            {
                writer.WriteString("driver", "raw");
                writer.WriteString("node-name", name);
                writer.WriteString("file", $"{name}-file");
                writer.WriteBoolean("read-only", isReadOnly);
            }),
        ];
}
