using DesktopGrid.VmSandbox.ArchitectureTests.Samples.Cellar;

namespace DesktopGrid.VmSandbox.ArchitectureTests.Samples.Garage;

/// <summary>Looks into the room beside it.</summary>
internal sealed class Driver
{
    public Mole? Passenger { get; set; }
}
