using System.Runtime.Versioning;

namespace DesktopGrid.VmSandbox.Platform.Hosts;

/// <summary>Which operating system this is. The one place that asks; whoever needs to know more takes <see cref="IHostPlatform"/>.</summary>
internal static class HostSystem
{
    [SupportedOSPlatformGuard("linux")]
    public static bool IsLinux => OperatingSystem.IsLinux();

    [SupportedOSPlatformGuard("windows")]
    public static bool IsWindows => OperatingSystem.IsWindows();

    [SupportedOSPlatformGuard("macos")]
    public static bool IsMacOS => OperatingSystem.IsMacOS();
}
