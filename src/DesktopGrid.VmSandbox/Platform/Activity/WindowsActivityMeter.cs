using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace DesktopGrid.VmSandbox.Platform.Activity;

/// <summary>
/// Windows: GetSystemTimes, GetSystemPowerStatus and GetLastInputInfo (learn.microsoft.com, Win32 API). The last tells of the session in which this
/// process runs: a service has one of its own, to which nobody gives input. On a computer of several groups of processors (more than 64 of them)
/// GetSystemTimes tells of one group: of its use is nothing said there.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe partial class WindowsActivityMeter : IActivityMeter
{
    // SYSTEM_POWER_STATUS, ACLineStatus: 0 offline, 1 online, 255 unknown.
    private const byte Offline = 0, Online = 1;

    public ActivityReading Read()
    {
        // A FILETIME counts what a TimeSpan counts. The kernel's time holds the idle one.
        var (busy, total) = GetActiveProcessorGroupCount() == 1 && GetSystemTimes(out var idle, out var kernel, out var user) ? (TimeSpan.FromTicks(kernel - idle + user), TimeSpan.FromTicks(kernel + user)) : default;
        return new ActivityReading(busy, total, IsOnBattery(), SinceInput());
    }

    private static bool? IsOnBattery() => GetSystemPowerStatus(out var status) ? status.AcLineStatus switch { Offline => true, Online => false, _ => null } : null;

    private static TimeSpan? SinceInput()
    {
        var info = new LastInputInfo { Size = (uint)sizeof(LastInputInfo) };
        // .NET's own count may leave out the time that the computer sleeps; this one is what the other is taken from.
        return Environment.UserInteractive && GetLastInputInfo(ref info) ? Between(info.Time, GetTickCount()) : null;
    }

    /// <summary>
    /// Both count milliseconds in 32 bits, and begin anew after 49 days; the difference is right all the same, up to half of that. A program that sends
    /// input (SendInput) may say a time that is yet to come: that is now.
    /// </summary>
    internal static TimeSpan Between(uint input, uint now) => TimeSpan.FromMilliseconds(Math.Max(0, unchecked((int)(now - input))));

    [LibraryImport("kernel32.dll")]
    private static partial uint GetTickCount();

    [LibraryImport("kernel32.dll")]
    private static partial ushort GetActiveProcessorGroupCount();

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
