using DesktopGrid.VmSandbox.ArchitectureTests.Samples.Salon;

namespace DesktopGrid.VmSandbox.ArchitectureTests.Samples.Cellar;

/// <summary>Looks upstairs where no signature shows it: in the body of a lambda, as a generic argument.</summary>
internal sealed class Mole
{
    public Func<object> Dig { get; } = static () => new List<Guest>();
}
