namespace DesktopGrid.VmSandbox.Qmp.Commands;

/// <summary>QEMU's qapi/run-state.json and qapi/misc.json: whether the virtual CPUs run.</summary>
internal static class RunStateCommands
{
    public static QmpCommand<QmpStatus> QueryStatus { get; } = new("query-status", QmpJsonContext.Default.QmpStatus);

    /// <summary>Stops the virtual CPUs.</summary>
    public static QmpCommand<QmpNothing> Stop { get; } = new("stop", QmpJsonContext.Default.QmpNothing);

    /// <summary>Starts the virtual CPUs.</summary>
    public static QmpCommand<QmpNothing> Continue { get; } = new("cont", QmpJsonContext.Default.QmpNothing);
}
