namespace DesktopGrid.VmSandbox.Benchmarks.Measuring;

/// <summary>What came of one number.</summary>
/// <param name="Measure">Which.</param>
/// <param name="Value">The median of ours.</param>
/// <param name="Raw">The median of the same work by hand; null where there is no such work.</param>
/// <param name="Samples">All of ours, in the order in which they were taken.</param>
/// <param name="RawSamples">All of the others.</param>
/// <param name="Holds">Whether the aim holds; null without one.</param>
internal sealed record BenchResult(Measure Measure, double Value, double? Raw, IReadOnlyList<double> Samples, IReadOnlyList<double> RawSamples, bool? Holds)
{
    /// <summary>Ours over raw.</summary>
    public double? Ratio => Raw is > 0 and { } raw ? Value / raw : null;

    /// <summary>Between which bounds the value lies; null where that is not asked for, or there are too few samples.</summary>
    public Bootstrap? Interval { get; } = Measure.HasInterval ? Bootstrap.OfMedian(Samples) : null;
}
