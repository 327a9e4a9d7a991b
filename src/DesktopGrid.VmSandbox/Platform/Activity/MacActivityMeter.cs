using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace DesktopGrid.VmSandbox.Platform.Activity;

/// <summary>
/// macOS: host_statistics (mach/mach_host.h, mach/host_info.h), the power source that provides (IOKit/ps/IOPowerSources.h), and
/// CGEventSourceSecondsSinceLastEventType (CoreGraphics/CGEventSource.h), which a process without a login session is not told.
/// </summary>
[SupportedOSPlatform("macos")]
internal sealed unsafe partial class MacActivityMeter : IActivityMeter
{
    // HOST_CPU_LOAD_INFO: ticks in user, system, idle and nice state, a hundred a second.
    private const int CpuLoadInformation = 3, CpuStates = 4, User = 0, System = 1, Idle = 2, Nice = 3;
    private const double TicksPerSecond = 100;
    // kCGEventSourceStateHIDSystemState and kCGAnyInputEventType.
    private const int HardwareState = 1;
    private const uint AnyInput = 0xffffffff;
    // kCFStringEncodingUTF8; kIOPMBatteryPowerKey of IOKit/ps/IOPSKeys.h.
    private const uint Utf8 = 0x08000100;
    private const string BatteryPower = "Battery Power";

    // A right to it is given at each call, and would have to be given back.
    private readonly uint _host = HostSelf();
    // The kernel counts in 32 bits, which a computer of many processors fills in a month.
    private readonly uint[] _counted = new uint[CpuStates];
    private readonly long[] _sums = new long[CpuStates];

    public ActivityReading Read()
    {
        var (busy, total) = Processors();
        return new ActivityReading(busy, total, IsOnBattery(), SinceInput());
    }

    private (TimeSpan Busy, TimeSpan Total) Processors()
    {
        var ticks = stackalloc uint[CpuStates];
        uint count = CpuStates;
        if (HostStatistics(_host, CpuLoadInformation, ticks, &count) != 0)
        {
            return default;
        }

        for (var state = 0; state < CpuStates; state++)
        {
            _sums[state] += unchecked(ticks[state] - _counted[state]);
            _counted[state] = ticks[state];
        }

        var busy = (double)_sums[User] + _sums[System] + _sums[Nice];
        return (TimeSpan.FromSeconds(busy / TicksPerSecond), TimeSpan.FromSeconds((busy + _sums[Idle]) / TicksPerSecond));
    }

    private static bool? IsOnBattery()
    {
        var snapshot = CopyPowerSources();
        if (snapshot == 0)
        {
            return null;
        }

        var text = stackalloc byte[64];
        var source = ProvidingPowerSource(snapshot);
        bool? answer = source != 0 && StringBytes(source, text, 64, Utf8) != 0 ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text)) == BatteryPower : null;
        Release(snapshot);
        return answer;
    }

    private static TimeSpan? SinceInput() => SecondsSinceEvent(HardwareState, AnyInput) is >= 0 and < 1e9 and var seconds ? TimeSpan.FromSeconds(seconds) : null;

    [LibraryImport("libc", EntryPoint = "mach_host_self")]
    private static partial uint HostSelf();

    [LibraryImport("libc", EntryPoint = "host_statistics")]
    private static partial int HostStatistics(uint host, int flavor, uint* information, uint* count);

    [LibraryImport("/System/Library/Frameworks/IOKit.framework/IOKit", EntryPoint = "IOPSCopyPowerSourcesInfo")]
    private static partial nint CopyPowerSources();

    [LibraryImport("/System/Library/Frameworks/IOKit.framework/IOKit", EntryPoint = "IOPSGetProvidingPowerSourceType")]
    private static partial nint ProvidingPowerSource(nint snapshot);

    [LibraryImport("/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation", EntryPoint = "CFStringGetCString")]
    private static partial byte StringBytes(nint text, byte* buffer, nint size, uint encoding);

    [LibraryImport("/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation", EntryPoint = "CFRelease")]
    private static partial void Release(nint thing);

    [LibraryImport("/System/Library/Frameworks/CoreGraphics.framework/CoreGraphics", EntryPoint = "CGEventSourceSecondsSinceLastEventType")]
    private static partial double SecondsSinceEvent(int state, uint eventType);
}
