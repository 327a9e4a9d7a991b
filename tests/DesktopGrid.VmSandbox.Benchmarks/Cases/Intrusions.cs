using DesktopGrid.VmSandbox.Benchmarks.Intrusion;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Benchmarks.Cases;

/// <summary>
/// What the owner notices, the talk's own experiment: a program of the owner's on all processors, alone and beside sandboxes that use all of them,
/// in turn. Two numbers each, in per cent of the time that it takes alone: how much longer its threads stood in the line for a processor, by the
/// kernel's count, which what else the computer does hides less; and how much longer it took by the clock.
/// </summary>
internal sealed class Intrusions : IBenchmark
{
    private static readonly string[] Kinds = ["cpu", "disk"];
    private static readonly (string Name, ProcessPriority Priority)[] Priorities = [("normal", ProcessPriority.Normal), ("below", ProcessPriority.BelowNormal), ("idle", ProcessPriority.Idle)];

    private readonly BenchRun _run;
    private readonly Dictionary<(string Kind, ProcessPriority Priority), (Measure Wait, Measure Wall)> _measures;

    public Intrusions(BenchRun run)
    {
        _run = run;
        _measures = Kinds.SelectMany(static kind => Priorities.Select(each => (Key: (kind, each.Priority), Value: (
                new Measure($"intrusion.{kind}.{each.Name}.percent", "%", each.Priority == ProcessPriority.Idle ? Aim.AtMost(kind == "cpu" ? 1 : 3) : null, HasInterval: true),
                new Measure($"intrusion.{kind}.{each.Name}.wall.percent", "%", HasInterval: true)))))
            .ToDictionary(static pair => pair.Key, static pair => pair.Value);
    }

    public IReadOnlyList<Measure> Measures => [.. _measures.Values.SelectMany(static pair => (Measure[])[pair.Wait, pair.Wall])];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var foreground = new Foreground(_run.Folder.New("foreground"));
        foreach (var (_, priority) in Priorities.Where(each => Kinds.Any(kind => IsWanted(kind, each.Priority))))
        {
            await using var companions = await Companions.StartAsync(_run.Folder, priority, cancellationToken);
            foreach (var kind in Kinds.Where(kind => IsWanted(kind, priority)))
            {
                await companions.WorkAsync(writes: kind == "disk", cancellationToken);
                await PairsAsync(foreground, companions, kind, priority, cancellationToken);
            }
        }
    }

    private bool IsWanted(string kind, ProcessPriority priority) => _run.Wants(_measures[(kind, priority)].Wait) || _run.Wants(_measures[(kind, priority)].Wall);

    private async Task PairsAsync(Foreground foreground, Companions companions, string kind, ProcessPriority priority, CancellationToken cancellationToken)
    {
        var (wait, wall) = _measures[(kind, priority)];
        // The first settles how much work it is, and does not count.
        await foreground.RunAsync(kind, cancellationToken);
        ForegroundRun? alone = null, beside = null;
        await _run.InterleaveAsync(
            wait.Name,
            _run.Count(11),
            async () =>
            {
                beside = await companions.BesideAsync(() => foreground.RunAsync(kind, cancellationToken), cancellationToken);
                Tell();
            },
            async () =>
            {
                alone = await foreground.RunAsync(kind, cancellationToken);
                Tell();
            },
            cancellationToken);

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
