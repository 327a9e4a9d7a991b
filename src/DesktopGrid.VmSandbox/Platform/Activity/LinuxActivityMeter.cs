using System.Globalization;
using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Linux;

namespace DesktopGrid.VmSandbox.Platform.Activity;

/// <summary>
/// Linux: /proc/stat (proc(5)), /sys/class/power_supply (Documentation/ABI/testing/sysfs-class-power), and the terminals' times of last access,
/// which the kernel sets, to within eight seconds, when a program has read something from one. So input that nobody reads is not seen, and what a
/// program feeds to a terminal (expect, a terminal's own answers to queries) counts as a person's. A desktop reads its keyboard by other ways, which only its own session is told of: there the time since the
/// last input is what the terminals say, and a client that knows better gives its own.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxActivityMeter(TimeProvider time) : IActivityMeter
{
    private const string Supplies = "/sys/class/power_supply";

    public ActivityReading Read()
    {
        var (busy, total) = ParseProcessors(ProcFile.Read("/proc/stat") ?? "", LinuxNative.TicksPerSecond);
        return new ActivityReading(busy, total, IsOnBattery(Supplies), SinceInput());
    }

    /// <summary>The first line: user, nice, system, idle, waiting for a disk, interrupts, soft interrupts, and what is not ours to count.</summary>
    internal static (TimeSpan Busy, TimeSpan Total) ParseProcessors(string text, long ticksPerSecond)
    {
        var fields = text.Split('\n', 2)[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields is not ["cpu", _, _, _, _, _, _, _, ..])
        {
            return (TimeSpan.Zero, TimeSpan.Zero);
        }

        var ticks = fields.Skip(1).Take(7).Select(static field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        var busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6];
        return (Seconds(busy), Seconds(busy + ticks[3] + ticks[4]));

        TimeSpan Seconds(long count) => TimeSpan.FromSeconds(count / (double)ticksPerSecond);
    }

    /// <summary>On its battery: one is being emptied, and no supply from outside is on.</summary>
    internal static bool? IsOnBattery(string folder)
    {
        try
        {
            var supplies = Directory.GetDirectories(folder);
            var types = supplies.Select(static supply => (Supply: supply, Type: Of(supply, "type"), Scope: Of(supply, "scope"))).Where(static each => each.Scope != "Device").ToList();
            return types.Count == 0 ? null
                : !types.Exists(static each => each.Type is "Mains" or "USB" && Of(each.Supply, "online") == "1")
                && types.Exists(static each => each.Type == "Battery" && Of(each.Supply, "status") == "Discharging");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        static string? Of(string supply, string name) => ProcFile.Read(Path.Combine(supply, name))?.Trim();
    }

    private TimeSpan? SinceInput()
    {
        try
        {
            // pts(4): the master's file is no terminal.
            var newest = Directory.EnumerateFiles("/dev/pts").Where(static path => !path.EndsWith("/ptmx", StringComparison.Ordinal))
                .Concat(Directory.EnumerateFiles("/dev", "tty*").Where(static path => path.Length > "/dev/tty".Length && char.IsAsciiDigit(path["/dev/tty".Length])))
                .Select(static path => (DateTimeOffset?)File.GetLastAccessTimeUtc(path))
                .DefaultIfEmpty()
                .Max();
            return newest is { } at && time.GetUtcNow() - at is { } since ? since < TimeSpan.Zero ? TimeSpan.Zero : since : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
