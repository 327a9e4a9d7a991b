namespace DesktopGrid.VmSandbox.Boinc.Control.ClientState;

/// <summary>What the client finds the application version of a task by: a task whose tuple is gone is discarded.</summary>
/// <param name="App">The application's name.</param>
/// <param name="Platform">For instance <c>x86_64-pc-linux-gnu</c>.</param>
/// <param name="Version">For instance 721.</param>
/// <param name="PlanClass">Empty where there is none.</param>
internal readonly record struct VersionTuple(string App, string Platform, int Version, string PlanClass)
{
    public override string ToString() => $"{App} {Version / 100}.{Version % 100:00} ({(PlanClass.Length > 0 ? $"{Platform}, {PlanClass}" : Platform)})";
}
