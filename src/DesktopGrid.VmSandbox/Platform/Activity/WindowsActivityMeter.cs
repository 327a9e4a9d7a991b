using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace DesktopGrid.VmSandbox.Platform.Activity;

/// <summary>
/// Windows: GetSystemTimes, GetSystemPowerStatus and GetLastInputInfo (learn.microsoft.com, Win32 API). The last tells of the session in which this
/// process runs: a service has one of its own, to which nobody gives input.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe partial class WindowsActivityMeter : IActivityMeter
{
    // SYSTEM_POWER_STATUS, ACLineStatus: 0 offline, 1 online, 255 unknown.
    private const byte Offline = 0, Online = 1;

    public ActivityReading Read()
    {
        // A FILETIME counts what a TimeSpan counts. The kernel's time holds the idle one.
        var (busy, total) = GetSystemTimes(out var idle, out var kernel, out var user) ? (TimeSpan.FromTicks(kernel - idle + user), TimeSpan.FromTicks(kernel + user)) : default;
        return new ActivityReading(busy, total, IsOnBattery(), SinceInput());
    }

    private static bool? IsOnBattery() => GetSystemPowerStatus(out var status) ? status.AcLineStatus switch { Offline => true, Online => false, _ => null } : null;

    private static TimeSpan? SinceInput()
    {
        var info = new LastInputInfo { Size = (uint)sizeof(LastInputInfo) };
        // Both count milliseconds in 32 bits, and begin anew after 49 days; the difference is right all the same.
        return Environment.UserInteractive && GetLastInputInfo(ref info) ? TimeSpan.FromMilliseconds(unchecked((uint)Environment.TickCount - info.Time)) : null;
    }

    [LibraryImport("kernel32.dll", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetSystemTimes(out long idle, out long kernel, out long user);

    [LibraryImport("kernel32.dll", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetSystemPowerStatus(out SystemPowerStatus status);

    [LibraryImport("user32.dll")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetLastInputInfo(ref LastInputInfo info);

    /// <summary>SYSTEM_POWER_STATUS.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct SystemPowerStatus
    {
        public byte AcLineStatus, BatteryFlag, BatteryLifePercent, SystemStatusFlag;
        public uint BatteryLifeTime, BatteryFullLifeTime;
    }

    /// <summary>LASTINPUTINFO.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct LastInputInfo
    {
        public uint Size, Time;
    }
}
