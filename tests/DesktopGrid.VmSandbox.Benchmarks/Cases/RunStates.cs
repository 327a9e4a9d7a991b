using System.Diagnostics;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Qmp.Commands;

namespace DesktopGrid.VmSandbox.Benchmarks.Cases;

/// <summary>suspend and continue of an idle guest. By hand: the monitor's <c>stop</c> and <c>cont</c>.</summary>
internal sealed class RunStates(BenchRun run) : IBenchmark
{
    private readonly Measure _suspend = new("suspend.ms", "ms");
    private readonly Measure _continue = new("continue.ms", "ms");

    public IReadOnlyList<Measure> Measures => [_suspend, _continue];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pair = await run.PairAsync(cancellationToken);
        var machines = (await run.HostAsync(cancellationToken)).Machines;
        await using var monitor = await pair.Raw.OpenMonitorAsync(cancellationToken);
        await run.InterleaveAsync(
            _suspend.Name,
            run.Count(21),
            async () =>
            {
                run.Ours(_suspend, await TimeAsync(() => machines.SuspendAsync(pair.Machine, cancellationToken)));
                run.Ours(_continue, await TimeAsync(() => machines.ContinueAsync(pair.Machine, cancellationToken)));
            },
            async () =>
            {
                run.Raw(_suspend, await TimeAsync(() => monitor.ExecuteAsync(RunStateCommands.Stop, cancellationToken)));
                run.Raw(_continue, await TimeAsync(() => monitor.ExecuteAsync(RunStateCommands.Continue, cancellationToken)));
            },
            cancellationToken);
    }

    private static async Task<double> TimeAsync(Func<Task> act)
    {
        var start = Stopwatch.GetTimestamp();
        await act();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
