namespace DesktopGrid.VmSandbox.Boinc.Control.AppInfo;

/// <summary>The names by which BOINC's other wrappers find what they run.</summary>
internal static class StockWrapper
{
    /// <summary>Those of the ones that bring a machine or a container.</summary>
    public static IReadOnlyList<string> NestedFiles { get; } = ["vbox_job.xml", "Dockerfile", "job.toml"];
}
