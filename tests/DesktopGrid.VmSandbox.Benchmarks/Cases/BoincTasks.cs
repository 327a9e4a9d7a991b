using DesktopGrid.VmSandbox.Benchmarks.Boinc;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Benchmarks.Cases;

/// <summary>
/// Tasks of BOINC's. The time that the real client counts for a task of some seconds, in a sandbox and by itself; how soon a machine stands after the client's word, and
/// how soon the wrapper is gone after the word to quit, with its work kept.
/// </summary>
internal sealed class BoincTasks(BenchRun run) : IBenchmark
{
    private readonly Measure _overhead = new("boinc.overhead.s", "s", HasInterval: true);
    private readonly Measure _task = new("boinc.task.s", "s");
    private readonly Measure _suspend = new("boinc.suspend.ms", "ms");
    private readonly Measure _resume = new("boinc.resume.ms", "ms");
    private readonly Measure _quit = new("boinc.quit.s", "s", Aim.AtMost(60));

    public IReadOnlyList<Measure> Measures => [_overhead, _task, _suspend, _resume, _quit];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (run.Wants(_overhead) || run.Wants(_task))
        {
            await TasksAsync(cancellationToken);
        }

        if (run.Wants(_suspend) || run.Wants(_resume) || run.Wants(_quit))
        {
            await WordsAsync(cancellationToken);
        }
    }

    private async Task TasksAsync(CancellationToken cancellationToken)
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
        return (await task.WaitForReportAsync(cancellationToken)).ElapsedTime;
    }

    private async Task WordsAsync(CancellationToken cancellationToken)
    {
        using var task = new WrapperTask();
        for (var i = 0; i < run.Count(5); i++)
        {
            run.Say($"{_quit.Name}: {i + 1} of {run.Count(5)}");
            await task.StartAsync(cancellationToken);
            for (var j = 0; j < 3; j++)
            {
                run.Ours(_suspend, await task.TimeAsync("<suspend/>", stands: true, cancellationToken));
                run.Ours(_resume, await task.TimeAsync("<resume/>", stands: false, cancellationToken));
            }

            run.Ours(_quit, await task.QuitAsync(cancellationToken));
        }
    }
}
