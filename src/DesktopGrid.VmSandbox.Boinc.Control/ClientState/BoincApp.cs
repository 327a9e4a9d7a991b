namespace DesktopGrid.VmSandbox.Boinc.Control.ClientState;

/// <summary>An application of a project.</summary>
/// <param name="Name">The name that the scheduler knows it by.</param>
/// <param name="FriendlyName">The name for people.</param>
/// <param name="IsNonCpuIntensive">Whether it runs beside the others and hardly computes.</param>
internal sealed record BoincApp(string Name, string FriendlyName, bool IsNonCpuIntensive);
