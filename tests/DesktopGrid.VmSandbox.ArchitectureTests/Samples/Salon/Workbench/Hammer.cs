namespace DesktopGrid.VmSandbox.ArchitectureTests.Samples.Salon.Workbench;

/// <summary>Belongs to the salon's own workshop.</summary>
internal sealed class Hammer;
