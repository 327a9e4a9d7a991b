using System.Globalization;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;

namespace DesktopGrid.VmSandbox.Benchmarks.Output;

/// <summary>The table on standard output; everything else on standard error.</summary>
internal sealed class ConsoleReport(TextWriter output, TextWriter errors)
{
    public void Say(string text) => errors.WriteLine($"    {text}");

    public void Fail(string text) => errors.WriteLine($"error: {text}");

    public void List(IEnumerable<Measure> measures) => Columns([.. measures.Select(static measure => (string[])[measure.Name, measure.Unit, measure.Aim?.Text ?? ""])], isNumeric: static _ => false);

    public void Table(IReadOnlyList<BenchResult> results)
    {
        string[] head = ["name", "ours", "raw", "ratio", "interval", "samples", "unit", "aim", "holds"];
        Columns([head, .. results.Select(Row)], isNumeric: static column => column is >= 1 and <= 5);
        output.WriteLine($"{results.Count(static result => result.Holds == true)} aims hold, {results.Count(static result => result.Holds == false)} do not");
    }

    private static string[] Row(BenchResult result) =>
    [
        result.Measure.Name,
        Number(result.Value),
        Number(result.Raw),
        Number(result.Ratio),
        result.Interval is { } interval ? $"{Number(interval.Low)} to {Number(interval.High)}" : "",
        string.Create(CultureInfo.InvariantCulture, $"{result.Samples.Count}+{result.RawSamples.Count}"),
        result.Measure.Unit,
        result.Measure.Aim?.Text ?? "",
        result.Holds switch { true => "yes", false => "NO", null => "" },
    ];

    private static string Number(double? value) => value switch
    {
        null => "",
        { } number when Math.Abs(number) >= 100 => number.ToString("0", CultureInfo.InvariantCulture),
        { } number when Math.Abs(number) >= 10 => number.ToString("0.0", CultureInfo.InvariantCulture),
        { } number => number.ToString("0.00", CultureInfo.InvariantCulture),
    };

    private void Columns(IReadOnlyList<string[]> rows, Func<int, bool> isNumeric)
    {
        var widths = Enumerable.Range(0, rows.Count == 0 ? 0 : rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToList();
        foreach (var row in rows)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => isNumeric(column) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
