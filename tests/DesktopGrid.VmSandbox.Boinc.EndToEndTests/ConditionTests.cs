using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Scenarios;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests;

/// <summary>What else happens to a task.</summary>
[TestFixture]
[Category("Long")]
[Parallelizable(ParallelScope.All)]
public sealed class ConditionTests
{
    [Test]
    [CancelAfter(400_000)]
    public async Task A_task_does_without_the_network(CancellationToken cancellationToken)
    {
        const int uploading = 4;
        await using var run = await StartAsync(new Finish().Shape, cancellationToken);
        await run.WaitUntilRunningAsync(cancellationToken);
        await run.Client.SetNetworkAsync(isAllowed: false, cancellationToken);
        await run.WaitAsync(static task => task.State == uploading, "have its result", run.ReportBound, cancellationToken);
        run.Project.Uploads.All.Should().BeEmpty();
        await run.Client.SetNetworkAsync(isAllowed: true, cancellationToken);
        await run.WaitForSuccessAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(600_000)]
    public async Task Two_tasks_of_a_project_run_side_by_side(CancellationToken cancellationToken)
    {
        var shape = TaskShape.Lasting(40);
        await using var run = await StartAsync(shape, cancellationToken);
        await run.WaitUntilRunningAsync(cancellationToken);
        var other = await run.AddTaskAsync("other", shape, cancellationToken);
        await Eventually.FindAsync(async () => (await run.Client.TasksAsync(cancellationToken)).Count(static task => task.IsRunning && task.FractionDone > 0) == 2 ? "" : null,
            () => run.Client.Failure("The two were not seen at work at the same time").Message, run.ReportBound, cancellationToken);
        var report = await run.Project.WaitForReportAsync(other, run.ReportBound, cancellationToken);
        report.State.Should().Be(ReportedResult.Success, report.StandardError);
        await run.WaitForSuccessAsync(cancellationToken);
        run.Project.Uploads.All.Select(static upload => Convert.ToHexString(upload.Content)).Distinct().Should().ContainSingle("the same input gives the same result");
    }

    [Test]
    [CancelAfter(600_000)]
    public async Task A_cut_of_the_power_costs_what_came_after_the_last_checkpoint(CancellationToken cancellationToken)
    {
        await using var run = await StartAsync(TaskShape.Lasting(60), cancellationToken);
        var before = await run.WaitForProgressAsync(0.05, cancellationToken);
        await run.WaitAsync(task => task.CheckpointCpuTime > before.CpuTime, "have a later checkpoint", run.ReportBound, cancellationToken);
        await run.Client.CutPowerAsync(cancellationToken);
        await run.Client.StartAsync(cancellationToken);
        await run.WaitForSuccessAsync(before, cancellationToken);
    }

    [Test]
    [CancelAfter(600_000)]
    public async Task A_wrapper_that_is_killed_leaves_no_machine_behind_and_is_started_again(CancellationToken cancellationToken)
    {
        await using var run = await StartAsync(TaskShape.Lasting(60), cancellationToken);
        var before = await run.WaitForProgressAsync(0.05, cancellationToken);
        await run.WaitAsync(task => task.CheckpointCpuTime > before.CpuTime, "have a later checkpoint", run.ReportBound, cancellationToken);
        var machines = run.Client.TaskProcesses().Select(static process => process.Id).ToHashSet();
        RealClient.KillProcess(before.ProcessId);
        await Eventually.HoldsAsync(() => !run.Client.TaskProcesses().Any(process => machines.Contains(process.Id)), () => run.Client.Failure("The machine lives").Message, TimeSpan.FromSeconds(20), cancellationToken);
        await run.WaitForSuccessAsync(before, cancellationToken);
    }

    [Test]
    [CancelAfter(400_000)]
    public async Task A_project_can_take_its_task_back(CancellationToken cancellationToken)
    {
        const int abortedByProject = 202;
        await using var run = await StartAsync(new Abort().Shape, cancellationToken);
        await run.WaitForProgressAsync(0.01, cancellationToken);
        run.Project.Content.Abort(run.ResultName);
        await run.TalkUntilAsync(run.Project.Talks, static talk => talk.Reply.Contains("<result_abort>", StringComparison.Ordinal), "with the abort", cancellationToken);
        var report = await run.WaitForFailureAsync(TimeSpan.FromSeconds(40), cancellationToken);
        report.ExitStatus.Should().Be(abortedByProject);
        await run.WaitForNothingLeftAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(400_000)]
    public async Task A_program_that_fails_fails_with_its_own_exit_code(CancellationToken cancellationToken)
    {
        await using var run = await StartAsync(new TaskShape { ExitCode = 17 }, cancellationToken);
        await run.WaitUntilRunningAsync(cancellationToken);
        var report = await run.WaitForFailureAsync(run.ReportBound, cancellationToken);
        report.State.Should().Be(ReportedResult.ComputeError);
        report.ExitStatus.Should().Be(17);
        report.StandardError.Should().Contain("task: done", "a project wants to read what its program said");
        await run.WaitForNothingLeftAsync(cancellationToken);
    }

    private static Task<TaskRun> StartAsync(TaskShape shape, CancellationToken cancellationToken) => TaskRun.StartIfPossibleAsync(SandboxKind.Signed, shape, new TaskSetup(), cancellationToken);
}
