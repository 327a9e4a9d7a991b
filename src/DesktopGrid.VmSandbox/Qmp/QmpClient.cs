namespace DesktopGrid.VmSandbox.Qmp;

/// <summary>A client of QEMU's machine protocol.</summary>
internal sealed class QmpClient;
