using System.Diagnostics;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Benchmarks.Ours;

namespace DesktopGrid.VmSandbox.Benchmarks.Cases;

/// <summary>
/// put and get of four sizes. By hand: a command line to a shell in the guest, whose dd moves the bytes between a port and a file on the
/// same kind of disk in blocks of 64 KiB. Both ends of both ways compare what comes back with what was sent.
/// </summary>
internal sealed class Transfers : IBenchmark
{
    private static readonly (string Name, long Bytes, int Pairs)[] Sizes =
        [("1B", 1, 21), ("64KB", 64 * 1024, 21), ("16MB", 16L * 1024 * 1024, 9), ("500MB", 500L * 1024 * 1024, 3)];

    private readonly BenchRun _run;
    private readonly Pattern _pattern = new();
    private readonly List<Size> _sizes;

    public Transfers(BenchRun run)
    {
        _run = run;
        _sizes = [.. Sizes.Select(static size => new Size(size.Name, size.Bytes, size.Pairs))];
    }

    public IReadOnlyList<Measure> Measures => [.. _sizes.Select(static size => size.Put), .. _sizes.Select(static size => size.Get)];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pair = await _run.PairAsync(cancellationToken);
        foreach (var size in _sizes.Where(size => _run.Wants(size.Put) || _run.Wants(size.Get)))
        {
            // Code paths, page cache and the disk's tables are warm for both from here on.
            await OursAsync(pair, size, isCounted: false, cancellationToken);
            await RawAsync(pair, size, isCounted: false, cancellationToken);
            await _run.InterleaveAsync(
                $"put and get of {size.Name}",
                _run.Count(size.Pairs),
                () => OursAsync(pair, size, isCounted: true, cancellationToken),
                () => RawAsync(pair, size, isCounted: true, cancellationToken),
                cancellationToken);
        }
    }

    private async Task OursAsync(GuestPair pair, Size size, bool isCounted, CancellationToken cancellationToken)
    {
        await WarmAsync(size, isCounted, () => OursAsync(pair, size, isCounted: false, cancellationToken));
        await using var content = new PatternStream(_pattern, size.Bytes);
        await using var destination = new PatternStream(_pattern, size.Bytes);
        var put = await TimeAsync(() => pair.Session.PutAsync("bench", content, cancellationToken: cancellationToken));
        var get = await TimeAsync(() => pair.Session.GetAsync("bench", destination, cancellationToken: cancellationToken));
        await pair.Session.DeleteAsync("bench", cancellationToken: cancellationToken);
        if (isCounted)
        {
            _run.Ours(size.Put, size.Value(put));
            _run.Ours(size.Get, size.Value(get));
        }
    }

    private async Task RawAsync(GuestPair pair, Size size, bool isCounted, CancellationToken cancellationToken)
    {
        await WarmAsync(size, isCounted, () => RawAsync(pair, size, isCounted: false, cancellationToken));
        var put = await TimeAsync(() => pair.Raw.PutAsync("bench", size.Bytes, _pattern, cancellationToken));
        var get = await TimeAsync(() => pair.Raw.GetAsync("bench", size.Bytes, _pattern, cancellationToken));
        await pair.Raw.RemoveAsync("bench", cancellationToken);
        if (isCounted)
        {
            _run.Raw(size.Put, size.Value(put));
            _run.Raw(size.Get, size.Value(get));
        }
    }

    /// <summary>While one guest stood idle, the other had the processor's caches: of a few milliseconds that would be the most of it. Pings too are taken in a row.</summary>
    private static Task WarmAsync(Size size, bool isCounted, Func<Task> once) => isCounted && size.IsSmall ? once() : Task.CompletedTask;

    private static async Task<TimeSpan> TimeAsync(Func<Task> action)
    {
        var start = Stopwatch.GetTimestamp();
        await action();
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>One size: small ones are told in milliseconds, large ones in MB/s.</summary>
    private sealed record Size(string Name, long Bytes, int Pairs)
    {
        public bool IsSmall => Bytes < 1024 * 1024;

        public Measure Put => Of("put");

        public Measure Get => Of("get");

        public double Value(TimeSpan time) => IsSmall ? time.TotalMilliseconds : Bytes / 1e6 / time.TotalSeconds;

        private Measure Of(string verb) => IsSmall
            ? new Measure($"{verb}.{Name}.ms", "ms", Bytes == 1 ? Aim.AtMostTimes(3, "ping.idle.ms") : null)
            : new Measure($"{verb}.{Name}.mbps", "MB/s", Aim.RatioAtLeast(0.8));
    }
}
