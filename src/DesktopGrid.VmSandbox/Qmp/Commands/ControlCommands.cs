namespace DesktopGrid.VmSandbox.Qmp.Commands;

/// <summary>QEMU's qapi/control.json: the process itself.</summary>
internal static class ControlCommands
{
    public static QmpCommand<QmpVersion> QueryVersion { get; } = new("query-version", QmpJsonContext.Default.QmpVersion);

    /// <summary>Ends QEMU at once; the answer comes before the end.</summary>
    public static QmpCommand<QmpNothing> Quit { get; } = new("quit", QmpJsonContext.Default.QmpNothing);
}
