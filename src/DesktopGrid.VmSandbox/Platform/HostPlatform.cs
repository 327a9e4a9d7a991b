namespace DesktopGrid.VmSandbox.Platform;

/// <summary>Chooses the operating system's side. The only place that asks which system this is.</summary>
internal static class HostPlatform
{
    public static IHostPlatform Create(TimeProvider time) =>
        OperatingSystem.IsLinux() ? new Linux.LinuxPlatform(time)
        : throw new PlatformNotSupportedException("DesktopGrid.VmSandbox runs on Linux, Windows and macOS.");
}
