using System.Globalization;

namespace DesktopGrid.VmSandbox.GlobinSearch;

/// <summary>One line of the table of hits in hmmsearch's report.</summary>
internal sealed record SearchHit(string Sequence, string EValue, double Score)
{
    private const string Ruler = "------- ------ -----";

    /// <summary>All hits of a report, which may hold several searches one after the other; the best first.</summary>
    public static async Task<IReadOnlyList<SearchHit>> ReadAsync(string report, CancellationToken cancellationToken)
    {
        var hits = new List<SearchHit>();
        var inTable = false;
        await foreach (var line in File.ReadLinesAsync(report, cancellationToken))
        {
            if (line.TrimStart().StartsWith(Ruler, StringComparison.Ordinal))
            {
                inTable = true;
            }
            else if (string.IsNullOrWhiteSpace(line))
            {
                inTable = false;
            }
            else if (inTable && Parse(line) is { } hit)
            {
                hits.Add(hit);
            }
        }

        return [.. hits.OrderByDescending(hit => hit.Score)];
    }

    // E-value, score and bias of the sequence, the same of its best domain, two counts, the name. Lines of other shape are remarks.
    private static SearchHit? Parse(string line)
    {
        var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return columns.Length >= 9 && double.TryParse(columns[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var score)
            ? new SearchHit(Printable.Of(columns[8]), Printable.Of(columns[0]), score)
            : null;
    }
}
