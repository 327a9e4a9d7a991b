namespace DesktopGrid.VmSandbox.GuestDaemon.Control;

/// <summary>The daemon's own version, for people.</summary>
internal static class DaemonVersion
{
    public static string Text { get; } = typeof(DaemonVersion).Assembly.GetName().Version?.ToString(3) ?? "unknown";
}
