using DesktopGrid.VmSandbox.Benchmarks.Ours;
using DesktopGrid.VmSandbox.Benchmarks.Raw;

namespace DesktopGrid.VmSandbox.Benchmarks.Measuring;

/// <summary>One run of the program: takes the samples, and owns what several families share, made when it is first asked for.</summary>
internal sealed class BenchRun(BenchOptions options, Action<string> say) : IAsyncDisposable
{
    private readonly Dictionary<string, Series> _series = [];
    private readonly HashSet<string> _wanted = [];
    private BenchFolder? _folder;
    private OurHost? _host;
    private GuestPair? _pair;

    public Action<string> Say => say;

    /// <summary>A folder of this run, removed at its end.</summary>
    public BenchFolder Folder => _folder ??= new BenchFolder();

    /// <summary>Settles what is measured before anything is: what was asked for, and what an aim of it is held against, whoever measures that.</summary>
    public void Choose(IEnumerable<Measure> measures)
    {
        foreach (var measure in measures.Where(measure => options.Wants(measure.Name)))
        {
            _wanted.Add(measure.Name);
            if (measure.Aim?.Reference is { } reference)
            {
                _wanted.Add(reference);
            }
        }
    }

    /// <summary>Whether a number is to be measured.</summary>
    public bool Wants(Measure measure) => _wanted.Contains(measure.Name);

    /// <summary>How many samples to take of those that a whole run takes; odd, so that the median is one of them.</summary>
    public int Count(int whole) => options.IsQuick ? Math.Max(1, whole / 3) | 1 : whole;

    public void Ours(Measure measure, double value) => Of(measure.Name).Ours.Add(value);

    public void Raw(Measure measure, double value) => Of(measure.Name).Raw.Add(value);

    /// <summary>Takes samples of both ways in turn, beginning with the other one each time: what the machine does besides hits both.</summary>
    public async Task InterleaveAsync(string title, int count, Func<Task> ours, Func<Task> raw, CancellationToken cancellationToken)
    {
        for (var i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            say($"{title}: pair {i + 1} of {count}");
            var (first, second) = i % 2 == 0 ? (raw, ours) : (ours, raw);
            await first();
            await second();
        }
    }

    /// <summary>An open host of the library.</summary>
    public async Task<OurHost> HostAsync(CancellationToken cancellationToken) => _host ??= await OurHost.OpenAsync(Folder, cancellationToken);

    /// <summary>A guest of the library and one by hand, both running.</summary>
    public async Task<GuestPair> PairAsync(CancellationToken cancellationToken) => _pair ??= await GuestPair.BootAsync(await HostAsync(cancellationToken), RawImage.Prepare(Folder), cancellationToken);

    public IReadOnlyList<BenchResult> Results(IEnumerable<Measure> measures) =>
        [.. measures.Where(measure => _series.GetValueOrDefault(measure.Name) is { Ours.Count: > 0 }).Select(Result)];

    public async ValueTask DisposeAsync()
    {
        if (_pair is not null)
        {
            await _pair.DisposeAsync();
        }

        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _folder?.Dispose();
    }

    private Series Of(string name)
    {
        if (!_series.TryGetValue(name, out var series))
        {
            _series.Add(name, series = new Series());
        }

        return series;
    }

    private BenchResult Result(Measure measure)
    {
        var series = _series[measure.Name];
        var (value, raw) = (Series.Median(series.Ours)!.Value, Series.Median(series.Raw));
        var reference = measure.Aim?.Reference is { } name && _series.TryGetValue(name, out var other) ? Series.Median(other.Ours) : null;
        return new BenchResult(measure, value, raw, series.Ours, series.Raw, measure.Aim?.Holds(value, raw, reference));
    }
}
