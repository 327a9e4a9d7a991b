namespace DesktopGrid.VmSandbox.Benchmarks.Measuring;

/// <summary>Between which bounds a median lies, by drawing from its own samples again and again (Efron, "Bootstrap Methods", 1979): nothing is supposed of how they scatter.</summary>
/// <param name="Low">With 97.5 per cent of the draws above.</param>
/// <param name="High">With 97.5 per cent of them below.</param>
internal sealed record Bootstrap(double Low, double High)
{
    private const int Draws = 4000;

    public static Bootstrap? OfMedian(IReadOnlyList<double> samples)
    {
        if (samples.Count < 3)
        {
            return null;
        }

        // The same numbers give the same interval.
        var random = new Random(1);
        var medians = new double[Draws];
        for (var i = 0; i < Draws; i++)
        {
            medians[i] = Series.Median([.. samples.Select(_ => samples[random.Next(samples.Count)])])!.Value;
        }

        Array.Sort(medians);
        return new Bootstrap(medians[Draws * 25 / 1000], medians[Draws * 975 / 1000]);
    }
}
