namespace DesktopGrid.VmSandbox.Benchmarks.Measuring;

/// <summary>The samples of one number: ours, and those of the same work by hand.</summary>
internal sealed class Series
{
    public List<double> Ours { get; } = [];

    public List<double> Raw { get; } = [];

    /// <summary>The middle one: a shared machine has outliers in one direction only.</summary>
    public static double? Median(IReadOnlyCollection<double> samples)
    {
        if (samples.Count == 0)
        {
            return null;
        }

        var sorted = samples.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
