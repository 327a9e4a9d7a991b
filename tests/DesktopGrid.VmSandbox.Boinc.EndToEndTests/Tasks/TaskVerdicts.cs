using System.Globalization;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

/// <summary>What a good end of a task is.</summary>
internal static class TaskVerdicts
{
    /// <summary>The task's good end: reported as a success, with the very bytes that the program computes outside; and nothing stays.</summary>
    public static async Task<ReportedResult> WaitForSuccessAsync(this TaskRun run, CancellationToken cancellationToken)
    {
        var report = await run.WaitForReportAsync(cancellationToken);
        report.State.Should().Be(ReportedResult.Success, $"{report}\n{run.Client.Data.LogTail()}");
        report.ExitStatus.Should().Be(0, report.StandardError);
        DemandTrueCpuTime(run, report);
        var upload = await run.Project.WaitForUploadAsync("wu_out", TimeSpan.FromSeconds(1), cancellationToken);
        upload.Content.Should().Equal(await run.Kind.Payload.RunNativelyAsync(run.Shape, cancellationToken), "the sandbox changes no result");
        CountBeginnings(report).Should().Be(1, $"no work is lost, but: {report.StandardError}");
        report.StandardError.Should().NotContain("standalone mode", "the program talks with the client");
        await run.WaitForNothingLeftAsync(cancellationToken);
        return report;
    }

    /// <summary>
    /// The good end of a task that was interrupted after so much was done: it never falls back behind what was kept. A program that keeps its work itself says
    /// where it goes on; of a machine the client must see it.
    /// </summary>
    public static async Task<ReportedResult> WaitForSuccessAsync(this TaskRun run, TaskState before, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = LeastProgressAsync(run, ended.Token);
        ReportedResult report;
        try
        {
            report = await run.WaitForSuccessAsync(cancellationToken);
        }
        finally
        {
            await ended.CancelAsync();
        }

        var least = await watching;
        run.Say($"the least that was done after it went on: {least}");
        if (run.Kind.KeepsAtQuit)
        {
            least.Should().BeGreaterThanOrEqualTo(before.FractionDone, $"no work is lost, but: {report.StandardError}");
        }

        return report;
    }

    /// <summary>Waits until neither a process nor a file of the task is left.</summary>
    public static async Task WaitForNothingLeftAsync(this TaskRun run, CancellationToken cancellationToken)
    {
        await run.Client.WaitForNoTaskProcessAsync(TimeSpan.FromSeconds(20), cancellationToken);
        await Eventually.HoldsAsync(() => run.Client.Data.SlotFiles().Count == 0, () => run.Client.Failure($"The slot has files: {string.Join(", ", run.Client.Data.SlotFiles())}").Message, TimeSpan.FromSeconds(30), cancellationToken);
        var machines = Path.Combine(run.Client.Data.ProjectPath, "vmsandbox", "store", "machines");
        await Eventually.HoldsAsync(() => !Directory.Exists(machines) || !Directory.EnumerateFileSystemEntries(machines).Any(), () => run.Client.Failure($"A machine is left: {string.Join(", ", Directory.EnumerateFileSystemEntries(machines))}").Message, TimeSpan.FromSeconds(30), cancellationToken);
        run.Say("nothing is left");
    }

    /// <summary>The least progress that the client shows until it is cancelled.</summary>
    private static async Task<double> LeastProgressAsync(TaskRun run, CancellationToken cancellationToken)
    {
        var least = 1.0;
        double? remembered = null;
        try
        {
            while (true)
            {
                // Until the task speaks for itself, the client shows what it remembers of the last checkpoint that it heard of.
                if (await run.Client.FindTaskAsync(run.ResultName, cancellationToken) is { IsActive: true } task && (remembered ??= task.FractionDone) != task.FractionDone)
                {
                    least = Math.Min(least, task.FractionDone);
                }

                await Task.Delay(TimeSpan.FromSeconds(0.5), cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            return least;
        }
    }

    /// <summary>
    /// The CPU time that goes to the project, beside the program's own account of itself: of a program alone it is that, and of a machine also what the guest and its
    /// checkpoints take. A guest does not see that its processor waits for one of this computer, so that its account may be the longer one.
    /// </summary>
    private static void DemandTrueCpuTime(TaskRun run, ReportedResult report)
    {
        var own = Markup.Number(report.StandardError.Replace("task: used ", "<used>", StringComparison.Ordinal).Replace(" s\ntask: done", "</used>", StringComparison.Ordinal), "used");
        run.Say(string.Create(CultureInfo.InvariantCulture, $"CPU time {report.CpuTime:0.00} s, by the program's own account {own:0.00} s"));
        own.Should().BePositive("the program tells it");
        var inMachine = report.StandardError.Contains("vmsandbox:", StringComparison.Ordinal);
        var (least, most) = inMachine ? (own / 3, own + 3 + (0.1 * run.Shape.Steps * run.Shape.StepMilliseconds / 1000)) : (own - 1, own + 1);
        report.CpuTime.Should().BePositive().And.BeInRange(least, most, report.StandardError);
    }

    /// <summary>How often the program began from nothing.</summary>
    private static int CountBeginnings(ReportedResult report) => report.StandardError.Split("task: begins").Length - 1;
}
