using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Benchmarks.Output;

namespace DesktopGrid.VmSandbox.Benchmarks;

/// <summary>Runs the families that were asked for, one after the other, and reports.</summary>
internal static class BenchProgram
{
    /// <returns>0 when everything asked for was measured, whether or not the aims hold; 1 when something failed; 2 when a name is unknown.</returns>
    public static async Task<int> RunAsync(BenchOptions options, IReadOnlyList<Func<BenchRun, IBenchmark>> families, ConsoleReport report, CancellationToken cancellationToken)
    {
        await using var run = new BenchRun(options, report.Say);
        var benchmarks = families.Select(make => make(run)).ToList();
        var measures = benchmarks.SelectMany(static benchmark => benchmark.Measures).ToList();
        if (options.IsList)
        {
            report.List(measures);
            return 0;
        }

        if (options.Only.FirstOrDefault(asked => !measures.Exists(measure => (options with { Only = [asked] }).Wants(measure.Name))) is { } unknown)
        {
            report.Fail($"there is no number called {unknown} (see --list)");
            return 2;
        }

        run.Choose(measures);
        var isWhole = true;
        foreach (var benchmark in benchmarks.Where(benchmark => benchmark.Measures.Any(run.Wants)))
        {
            try
            {
                await benchmark.RunAsync(cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // The other families still have something to say.
                isWhole = false;
                report.Fail($"{benchmark.GetType().Name}: {e}");
            }
        }

        var results = run.Results(measures.Where(measure => options.Wants(measure.Name)));
        report.Table(results);
        if (options.JsonPath is { } path)
        {
            await File.WriteAllBytesAsync(path, ResultJson.Write(results), cancellationToken);
        }

        return isWhole ? 0 : 1;
    }
}
