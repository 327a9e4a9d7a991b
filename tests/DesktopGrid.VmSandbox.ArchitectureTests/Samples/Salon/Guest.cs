using DesktopGrid.VmSandbox.ArchitectureTests.Samples.Cellar;

namespace DesktopGrid.VmSandbox.ArchitectureTests.Samples.Salon;

/// <summary>Looks downstairs, as it may.</summary>
internal sealed class Guest
{
    public Mole? Pet { get; set; }
}
