using System.Text;
using System.Text.Json;

namespace DesktopGrid.VmSandbox.Qemu.Arguments;

/// <summary>
/// The root disk as explicit block nodes: every format is named and the chain ends where we say, so that neither a header nor a file name
/// (<c>json:</c>, <c>nbd:</c>) leads anywhere else.
/// </summary>
internal static class DiskArguments
{
    public static IReadOnlyList<string> For(OverlayDisk disk) =>
    [
        "-blockdev", Json(writer => File(writer, "base-file", disk.BasePath, isReadOnly: true)),
        "-blockdev", Json(writer =>
        {
            writer.WriteString("driver", disk.BaseFormat);
            writer.WriteString("node-name", "base");
            writer.WriteString("file", "base-file");
            writer.WriteBoolean("read-only", true);
            if (disk.BaseFormat == "qcow2")
            {
                writer.WriteNull("backing");
            }
        }),
        "-blockdev", Json(writer => File(writer, "root-file", disk.OverlayPath, isReadOnly: false)),
        "-blockdev", Json(static writer =>
        {
            writer.WriteString("driver", "qcow2");
            writer.WriteString("node-name", OverlayDisk.Node);
            writer.WriteString("file", "root-file");
            writer.WriteString("backing", "base");
            writer.WriteString("discard", "unmap");
        }),
        "-device", $"virtio-blk-pci,drive={OverlayDisk.Node},id=root-disk",
    ];

    public static void File(Utf8JsonWriter writer, string node, string path, bool isReadOnly)
    {
        writer.WriteString("driver", "file");
        writer.WriteString("node-name", node);
        writer.WriteString("filename", path);
        writer.WriteBoolean("read-only", isReadOnly);
        if (!isReadOnly)
        {
            writer.WriteString("discard", "unmap");
        }
    }

    public static string Json(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
