using DesktopGrid.VmSandbox.Benchmarks.Intrusion;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;

namespace DesktopGrid.VmSandbox.Benchmarks.Cases;

/// <summary>
/// What the owner notices, the talk's own experiment: a program of the owner's on all processors, alone and beside sandboxes that use all of them,
/// in turn. Two numbers each, in per cent of the time that it takes alone: how much longer its threads stood in the line for a processor, by the
/// kernel's count, which what else the computer does hides less; and how much longer it took by the clock.
/// </summary>
internal sealed class Intrusions : IBenchmark
{
    private const int MostRunsUntilPaused = 20;
    private static readonly string[] Kinds = ["cpu", "disk"];

    private readonly BenchRun _run;
    private readonly Dictionary<(string Kind, Standing Standing), (Measure Wait, Measure Wall)> _measures;

    public Intrusions(BenchRun run)
    {
        _run = run;
        _measures = Kinds.SelectMany(static kind => Standing.All.Select(standing => (Key: (kind, standing), Value: (
                new Measure($"intrusion.{kind}.{standing.Name}.percent", "%", standing.Name is "idle" or "paused" ? Aim.AtMost(kind == "cpu" ? 1 : 3) : null, HasInterval: true),
                new Measure($"intrusion.{kind}.{standing.Name}.wall.percent", "%", HasInterval: true)))))
            .ToDictionary(static pair => pair.Key, static pair => pair.Value);
    }

    public IReadOnlyList<Measure> Measures => [.. _measures.Values.SelectMany(static pair => (Measure[])[pair.Wait, pair.Wall])];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var foreground = new Foreground(_run.Folder.New("foreground"));
        foreach (var standing in Standing.All.Where(each => Kinds.Any(kind => IsWanted(kind, each))))
        {
            await using var companions = await Companions.StartAsync(_run.Folder, standing, cancellationToken);
            foreach (var kind in Kinds.Where(kind => IsWanted(kind, standing)))
            {
                await companions.WorkAsync(writes: kind == "disk", cancellationToken);
                await PairsAsync(foreground, companions, kind, standing, cancellationToken);
            }
        }
    }

    private bool IsWanted(string kind, Standing standing) => _run.Wants(_measures[(kind, standing)].Wait) || _run.Wants(_measures[(kind, standing)].Wall);

    private async Task PairsAsync(Foreground foreground, Companions companions, string kind, Standing standing, CancellationToken cancellationToken)
    {
        var (wait, wall) = _measures[(kind, standing)];
        // The first settles how much work it is, and does not count.
        await foreground.RunAsync(kind, cancellationToken);
        ForegroundRun? alone = null, beside = null;
        await _run.InterleaveAsync(
            wait.Name,
            _run.Count(11),
            async () =>
            {
                beside = await companions.BesideAsync(BesideAsync, cancellationToken);
                Tell();
            },
            async () =>
            {
                alone = await foreground.RunAsync(kind, cancellationToken);
                Tell();
            },
            cancellationToken);

        async Task<ForegroundRun> BesideAsync()
        {
            // What the owner's program uses is noticed after a while. They went on just now: the next look makes them stand again, if that was the reason before.
            var (runs, areStanding) = (0, !standing.IsPaused);
            while (!areStanding)
            {
                areStanding = companions.PausedBy is not null;
                await foreground.RunAsync(kind, cancellationToken);
                if (++runs > MostRunsUntilPaused)
                {
                    throw new InvalidOperationException("The sandboxes run on beside a program that uses all processors.");
                }
            }

            return await foreground.RunAsync(kind, cancellationToken);
        }

        void Tell()
        {
            if (alone is { } one && beside is { } other)
            {
                _run.Ours(wait, 100 * (other.WaitedMs - one.WaitedMs) / (one.WallMs * Environment.ProcessorCount));
                _run.Ours(wall, 100 * (other.WallMs - one.WallMs) / one.WallMs);
                (alone, beside) = (null, null);
            }
        }
    }
}
