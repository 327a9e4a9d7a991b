namespace DesktopGrid.VmSandbox.GuestDaemon.Control;

/// <summary>The daemon's own version, for people; the build writes the other part of this class.</summary>
internal static partial class DaemonVersion;
