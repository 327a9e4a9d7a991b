namespace DesktopGrid.VmSandbox.Qmp.Commands;

/// <summary>QEMU's qapi/block-core.json: the root disk's internal snapshots.</summary>
internal static class BlockCommands
{
    /// <summary>Keeps the disk as it is at this instant, inside its own file.</summary>
    public static QmpCommand<QmpNothing> TakeSnapshot(string node, string name) => new("blockdev-snapshot-internal-sync", QmpJsonContext.Default.QmpNothing, writer =>
    {
        writer.WriteString("device", node);
        writer.WriteString("name", name);
    });

    /// <summary>Forgets such an instant; the running disk stays as it is.</summary>
    public static QmpCommand<QmpSnapshot> DeleteSnapshot(string node, string name) => new("blockdev-snapshot-delete-internal-sync", QmpJsonContext.Default.QmpSnapshot, writer =>
    {
        writer.WriteString("device", node);
        writer.WriteString("name", name);
    });
}
