using DesktopGrid.VmSandbox.Platform.Hosts;

namespace DesktopGrid.VmSandbox.Platform.Activity;

/// <summary>Chooses the operating system's way of reading.</summary>
internal static class ActivityMeters
{
    public static IActivityMeter Create(TimeProvider time) =>
        HostSystem.IsLinux ? new LinuxActivityMeter(time)
        : HostSystem.IsWindows ? new WindowsActivityMeter()
        : HostSystem.IsMacOS ? new MacActivityMeter()
        : new UnknownActivityMeter();

    /// <summary>Another operating system, where no host can be opened either.</summary>
    private sealed class UnknownActivityMeter : IActivityMeter
    {
        public ActivityReading Read() => new(TimeSpan.Zero, TimeSpan.Zero, null, null);
    }
}
