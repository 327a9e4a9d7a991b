using System.Globalization;

namespace DesktopGrid.VmSandbox.Benchmarks.Measuring;

/// <summary>What a number should be.</summary>
internal sealed record Aim
{
    private readonly Func<double, double?, double?, bool?> _judge;

    private Aim(string text, Func<double, double?, double?, bool?> judge, string? reference = null) => (Text, _judge, Reference) = (text, judge, reference);

    /// <summary>For people.</summary>
    public string Text { get; }

    /// <summary>Another number that this one is held against, and which therefore has to be measured too.</summary>
    public string? Reference { get; }

    public static Aim AtMost(double limit) => new(Say($"≤ {limit}"), (value, _, _) => value <= limit);

    public static Aim AtMostOver(double more, double limit) => new(Say($"≤ {limit}, raw + {more}"), (value, raw, _) => raw is { } other ? value <= limit && value <= other + more : null);

    public static Aim RatioAtMost(double limit) => new(Say($"≤ {limit} × raw"), (value, raw, _) => raw is { } other ? value <= limit * other : null);

    public static Aim RatioAtLeast(double limit) => new(Say($"≥ {limit} × raw"), (value, raw, _) => raw is { } other ? value >= limit * other : null);

    public static Aim AtMostTimes(double times, string reference) => new(Say($"≤ {times} × {reference}"), (value, _, other) => other is { } limit ? value <= times * limit : null, reference);

    /// <summary>Whether it holds; null when what it is held against was not measured.</summary>
    public bool? Holds(double value, double? raw, double? reference) => _judge(value, raw, reference);

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
