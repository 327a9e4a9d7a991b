using System.Diagnostics;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Benchmarks.Ours;

namespace DesktopGrid.VmSandbox.Benchmarks.Cases;

/// <summary>How long the guest takes to say that it is there: idle, and while 500 MB go in. By hand: one byte through a process that echoes.</summary>
internal sealed class Pings(BenchRun run) : IBenchmark
{
    private const int WarmUps = 30, Rounds = 20, PingsPerRound = 10;
    private const long UnderPutBytes = 500L * 1024 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Measure _idle = new("ping.idle.ms", "ms");
    private readonly Measure _underPut = new("ping.under_put.ms", "ms", Aim.AtMost(100));

    public IReadOnlyList<Measure> Measures => [_idle, _underPut];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pair = await run.PairAsync(cancellationToken);
        if (run.Wants(_idle))
        {
            await IdleAsync(pair, cancellationToken);
        }

        if (run.Wants(_underPut))
        {
            await run.InterleaveAsync(
                _underPut.Name,
                run.Count(3),
                () => UnderAsync(Ours(pair), run.Ours, () => OurPutAsync(pair, cancellationToken)),
                () => UnderAsync(Raw(pair), run.Raw, () => RawPutAsync(pair, cancellationToken)),
                cancellationToken);
        }

        Func<Task> Ours(GuestPair guests) => () => guests.Session.PingAsync(cancellationToken);

        Func<Task> Raw(GuestPair guests) => () => guests.Raw.PingAsync(cancellationToken);

        async Task UnderAsync(Func<Task> ping, Action<Measure, double> note, Func<Task> put)
        {
            for (var putting = put(); !putting.IsCompleted || await EndAsync(putting);)
            {
                note(_underPut, await TimeAsync(ping));
                await Task.Delay(Pause, cancellationToken);
            }
        }

        async Task IdleAsync(GuestPair guests, CancellationToken token)
        {
            await RepeatAsync(WarmUps, Ours(guests));
            await run.InterleaveAsync(
                _idle.Name,
                run.Count(Rounds),
                () => RepeatAsync(PingsPerRound, async () => run.Ours(_idle, await TimeAsync(Ours(guests)))),
                () => RepeatAsync(PingsPerRound, async () => run.Raw(_idle, await TimeAsync(Raw(guests)))),
                token);
        }
    }

    private static async Task<bool> EndAsync(Task putting)
    {
        await putting;
        return false;
    }

    private static async Task OurPutAsync(GuestPair pair, CancellationToken cancellationToken)
    {
        await using var content = new PatternStream(new Pattern(), UnderPutBytes);
        await pair.Session.PutAsync("under", content, cancellationToken: cancellationToken);
        await pair.Session.DeleteAsync("under", cancellationToken: cancellationToken);
    }

    private static async Task RawPutAsync(GuestPair pair, CancellationToken cancellationToken)
    {
        await pair.Raw.PutAsync("under", UnderPutBytes, new Pattern(), cancellationToken);
        await pair.Raw.RemoveAsync("under", cancellationToken);
    }

    private static async Task<double> TimeAsync(Func<Task> ping)
    {
        var start = Stopwatch.GetTimestamp();
        await ping();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static async Task RepeatAsync(int times, Func<Task> action)
    {
        for (var i = 0; i < times; i++)
        {
            await action();
        }
    }
}
