using System.Globalization;

namespace DesktopGrid.VmSandbox.ConsoleHost.Jobs;

/// <summary>Times and sizes as people write them, on the command line and in job files.</summary>
internal static class Quantities
{
    public const string DurationForm = "no time; write seconds, or a number with ms, s, m, h or d";
    public const string SizeForm = "no size; write bytes, or a whole number with K, M, G or T";

    private static readonly (string Unit, double Seconds)[] Times = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)];
    private static readonly (string Unit, long Bytes)[] Sizes = [("K", 1L << 10), ("M", 1L << 20), ("G", 1L << 30), ("T", 1L << 40)];

    /// <summary>Null for a text that is none, or a time beyond ten years.</summary>
    public static TimeSpan? Duration(string text)
    {
        // "ms" before "s": the longer unit is looked for first.
        var (unit, seconds) = Array.Find(Times, time => text.EndsWith(time.Unit, StringComparison.Ordinal)) is { Unit: { } } found ? found : ("", 1);
        return double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * seconds <= TimeSpan.FromDays(3650).TotalSeconds
                ? TimeSpan.FromSeconds(number * seconds)
                : null;
    }

    /// <summary>Null for a text that is none, or a size beyond eight exbibytes.</summary>
    public static long? Size(string text)
    {
        var (unit, bytes) = Array.Find(Sizes, size => text.EndsWith(size.Unit, StringComparison.OrdinalIgnoreCase)) is { Unit: { } } found ? found : ("", 1);
        return long.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue / bytes
            ? number * bytes
            : null;
    }
}
