using DesktopGrid.VmSandbox.ArchitectureTests.Samples.Salon.Workbench;

namespace DesktopGrid.VmSandbox.ArchitectureTests.Samples.Terrace;

/// <summary>Reaches into another room's workshop.</summary>
internal sealed class Visitor
{
    public Hammer? Borrowed { get; set; }
}
