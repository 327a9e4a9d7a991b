using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Benchmarks.Cases;

/// <summary>
/// What a sandbox adds to a task's time as the real client counts it. The other side is the program under the client itself, without any wrapper.
/// </summary>
internal sealed class BoincOverhead(BenchRun run) : IBenchmark
{
    private readonly Measure _overhead = new("boinc.overhead.s", "s", HasInterval: true);
    private readonly Measure _task = new("boinc.task.s", "s");

    public IReadOnlyList<Measure> Measures => [_overhead, _task];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (ours, raw) = (0.0, 0.0);
        var isSecond = false;
        await run.InterleaveAsync(_overhead.Name, run.Count(5), async () => Note(ours = await ElapsedAsync(SandboxKind.Signed, cancellationToken)), async () => Note(raw = await ElapsedAsync(NativeKind.Signed, cancellationToken)), cancellationToken);

        void Note(double elapsed)
        {
            if (isSecond)
            {
                run.Ours(_overhead, ours - raw);
                run.Ours(_task, ours);
                run.Raw(_task, raw);
            }

            (isSecond, _) = (!isSecond, elapsed);
        }
    }

    /// <summary>What the client counts of a task that mostly sleeps: emulation costs it nothing, so that what is left is the sandbox's own.</summary>
    private static async Task<double> ElapsedAsync(ITaskKind kind, CancellationToken cancellationToken)
    {
        if (kind.Missing is { } missing)
        {
            throw new InvalidOperationException(missing);
        }

        await using var task = await TaskRun.StartAsync(kind, TaskShape.Lasting(20), new TaskSetup(), cancellationToken);
        var report = await task.WaitForReportAsync(cancellationToken);
        return report is { State: ReportedResult.Success, ExitStatus: 0 } ? report.ElapsedTime : throw new InvalidDataException($"The task failed: {report}");
    }
}
