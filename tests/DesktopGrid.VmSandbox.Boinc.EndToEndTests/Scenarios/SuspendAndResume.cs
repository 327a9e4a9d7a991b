using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Scenarios;

/// <summary>The user suspends the task, and lets it go on.</summary>
internal sealed class SuspendAndResume : IScenario
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(4);

    public string Name => "suspend and resume";

    public TaskShape Shape { get; } = TaskShape.Lasting(12);

    public async Task PlayAsync(TaskRun run, CancellationToken cancellationToken)
    {
        await run.WaitForProgressAsync(0.1, cancellationToken);
        await run.Client.SuspendAsync(run.ResultName, cancellationToken);
        await run.WaitAsync(static task => task.ActiveState == TaskState.Suspended, "stand", TimeSpan.FromSeconds(10), cancellationToken);
        // A report that was on its way may still arrive.
        await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
        var before = await run.WaitAsync(static task => task.IsActive, "stand still", TimeSpan.FromSeconds(10), cancellationToken);
        var processors = run.ProcessorTime();
        await Task.Delay(Pause, cancellationToken);
        var after = await run.WaitAsync(static task => task.IsActive, "have stood", TimeSpan.FromSeconds(10), cancellationToken);
        after.FractionDone.Should().Be(before.FractionDone, "a task that stands makes no progress");
        (run.ProcessorTime() - processors).Should().BeLessThan(Pause * 0.2, "a task that stands leaves the processor to others");
        await run.Client.ResumeAsync(run.ResultName, cancellationToken);
        await run.WaitForProgressAsync(before.FractionDone + 0.01, cancellationToken);
        await run.WaitForSuccessAsync(cancellationToken);
    }
}
