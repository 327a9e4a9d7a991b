namespace DesktopGrid.VmSandbox.Benchmarks.Measuring;

/// <summary>A family of numbers that are measured together. Made for one run, which its constructor is given.</summary>
internal interface IBenchmark
{
    /// <summary>The numbers that it can give.</summary>
    IReadOnlyList<Measure> Measures { get; }

    /// <summary>Measures those of them that the run wants.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}
