namespace DesktopGrid.VmSandbox.Boinc.Control.AppInfo;

/// <summary>The names by which BOINC's own wrappers find what they run.</summary>
internal static class StockWrapper
{
    /// <summary>The plain wrapper's.</summary>
    public const string JobFile = "job.xml";

    /// <summary>Those of the wrappers that bring a machine or a container.</summary>
    public static IReadOnlyList<string> NestedFiles { get; } = ["vbox_job.xml", "Dockerfile", "job.toml"];
}
