using System.Diagnostics;
using System.Globalization;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Benchmarks.Ours;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Benchmarks.Cases;

/// <summary>
/// How soon a BOINC client is obeyed, by the shared memory alone: from the word to suspend until the task uses no processor any more, and from the word to
/// quit to the wrapper's exit with the work kept. By hand: a program of BOINC's own library, which keeps nothing at a quit.
/// </summary>
internal sealed class BoincWords(BenchRun run) : IBenchmark
{
    private const int MemoryMiB = 256, HeldMiB = 128;

    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(1.2);

    // Of what still runs when a machine stands, a five-hundredth of a processor and a millisecond are not the program.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(1);

    private readonly Measure _suspend = new("boinc.suspend.ms", "ms");

    private readonly Measure _resume = new("boinc.resume.ms", "ms");

    // A client kills what has not ended a minute after its word.
    private readonly Measure _quit = new("boinc.quit.s", "s", Aim.AtMost(60));

    public IReadOnlyList<Measure> Measures => [_suspend, _resume, _quit];

    private static TaskShape Busy => new() { Steps = 100_000, StepMilliseconds = 50, IsBusy = true, MemoryMiB = HeldMiB };

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (run.Wants(_suspend) || run.Wants(_resume))
        {
            await using var ours = await StartAsync(isSandboxed: true, cancellationToken);
            await using var raw = await StartAsync(isSandboxed: false, cancellationToken);
            await run.InterleaveAsync(
                _suspend.Name,
                run.Count(21),
                async () => Note(await SuspendAsync(ours, cancellationToken), run.Ours),
                async () => Note(await SuspendAsync(raw, cancellationToken), run.Raw),
                cancellationToken);
        }

        for (var i = 0; run.Wants(_quit) && i < run.Count(5); i++)
        {
            run.Say($"{_quit.Name}: {i + 1} of {run.Count(5)}");
            run.Ours(_quit, await QuitAsync(isSandboxed: true, cancellationToken));
            run.Raw(_quit, await QuitAsync(isSandboxed: false, cancellationToken));
        }
    }

    private void Note((double Suspend, double Resume) took, Action<Measure, double> note)
    {
        note(_suspend, took.Suspend);
        note(_resume, took.Resume);
    }

    private Task<SlotTask> StartAsync(bool isSandboxed, CancellationToken cancellationToken) => SlotTask.StartAsync(run.Folder.New("boinc"), isSandboxed, Busy, MemoryMiB, cancellationToken);

    private async Task<double> QuitAsync(bool isSandboxed, CancellationToken cancellationToken)
    {
        await using var task = await StartAsync(isSandboxed, cancellationToken);
        var start = Stopwatch.GetTimestamp();
        task.Say("<quit/>\n");
        var code = await task.WaitForExitAsync(cancellationToken);
        var took = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (isSandboxed && !task.HasCheckpoint)
        {
            throw new InvalidDataException("The wrapper ended without a checkpoint.");
        }

        if (code != 0 || File.Exists(Path.Combine(task.Slot, "boinc_finish_called")))
        {
            throw new InvalidDataException($"The task ended with {code} at the client's word to quit.");
        }

        return took;
    }

    private static async Task<(double Suspend, double Resume)> SuspendAsync(SlotTask task, CancellationToken cancellationToken)
    {
        var processes = task.Computing;
        // At any moment between two looks of the task at its memory.
        await Task.Delay(Random.Shared.Next(200), cancellationToken);
        // One that waits for a processor, at the lowest priority on a busy computer, would seem to stand at once.
        await WaitWhileStandingAsync(processes, "does not compute", cancellationToken);
        List<(TimeSpan At, TimeSpan Used)> seen = [];
        var start = Stopwatch.GetTimestamp();
        task.Say("<suspend/>\n");
        do
        {
            seen.Add((Stopwatch.GetElapsedTime(start), Used(processes)));
            await Task.Delay(1, cancellationToken);
        }
        while (seen[^1].At < Watched);

        var (end, all) = seen[^1];
        var standing = seen.First(look => all - look.Used <= Rest + ((end - look.At) / 500)).At;
        if (all - seen[0].Used >= end / 2)
        {
            throw new InvalidDataException($"The task did not stand at the client's word: it used {(all - seen[0].Used).TotalMilliseconds} ms in {end.TotalMilliseconds} ms.");
        }

        return (standing.TotalMilliseconds, await ResumeAsync(task, processes, cancellationToken));
    }

    private static async Task<double> ResumeAsync(SlotTask task, IReadOnlyList<int> processes, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        task.Say("<resume/>\n");
        await WaitWhileStandingAsync(processes, "did not go on at the client's word", cancellationToken);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static async Task WaitWhileStandingAsync(IReadOnlyList<int> processes, string otherwise, CancellationToken cancellationToken)
    {
        var (start, before) = (Stopwatch.GetTimestamp(), Used(processes));
        // What a machine that stands uses of a processor would take seconds to sum up to this.
        for (; Stopwatch.GetElapsedTime(start) < Watched * 5; await Task.Delay(1, cancellationToken))
        {
            if (Used(processes) - before > Rest * 5)
            {
                return;
            }
        }

        throw new InvalidDataException($"The task {otherwise}.");
    }

    /// <summary>The processors' time of all threads, to the nanosecond (Linux's Documentation/scheduler/sched-stats.rst).</summary>
    private static TimeSpan Used(IReadOnlyList<int> processes)
    {
        var sum = 0L;
        foreach (var thread in processes.SelectMany(static process => Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task"))))
        {
            try
            {
                sum += long.Parse(File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[0], CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // It has ended.
            }
        }

        return TimeSpan.FromMicroseconds(sum / 1e3);
    }
}
