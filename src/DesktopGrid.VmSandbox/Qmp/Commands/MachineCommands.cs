namespace DesktopGrid.VmSandbox.Qmp.Commands;

/// <summary>QEMU's qapi/machine.json: what this build can emulate.</summary>
internal static class MachineCommands
{
    public static QmpCommand<QmpMachine[]> QueryMachines { get; } = new("query-machines", QmpJsonContext.Default.QmpMachineArray);

    public static QmpCommand<QmpCpuDefinition[]> QueryCpuDefinitions { get; } = new("query-cpu-definitions", QmpJsonContext.Default.QmpCpuDefinitionArray);
}
