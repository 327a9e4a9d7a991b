using DesktopGrid.VmSandbox.ArchitectureTests.Samples.Cellar;

namespace DesktopGrid.VmSandbox.ArchitectureTests.Samples.Attic;

/// <summary>Lives in a room that the plan does not have.</summary>
internal sealed class Squatter
{
    public Mole? Neighbour { get; set; }
}
