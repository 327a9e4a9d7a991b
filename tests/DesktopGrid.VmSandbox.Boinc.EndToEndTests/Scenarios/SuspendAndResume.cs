using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Scenarios;

/// <summary>The user suspends the task, and lets it go on.</summary>
internal sealed class SuspendAndResume : IScenario
{
    private static readonly TimeSpan Stretch = TimeSpan.FromSeconds(4), Bound = TimeSpan.FromSeconds(20);

    public string Name => "suspend and resume";

    public TaskShape Shape { get; } = TaskShape.Lasting(12);

    public async Task PlayAsync(TaskRun run, CancellationToken cancellationToken)
    {
        await run.WaitForProgressAsync(0.1, cancellationToken);
        await run.Client.SuspendAsync(run.ResultName, cancellationToken);
        await run.WaitAsync(static task => task.ActiveState == TaskState.Suspended, "stand", Bound, cancellationToken);
        // Word of its progress that was on its way may still arrive.
        var standing = await Eventually.FindAsync(() => StillnessAsync(run, cancellationToken), () => run.Client.Failure("A task that stands makes progress, or takes the processor from others").Message, Bound, cancellationToken);
        run.Say($"it stood: {standing}");
        await run.Client.ResumeAsync(run.ResultName, cancellationToken);
        await run.WaitForProgressAsync(standing.FractionDone + 0.01, cancellationToken);
        await run.WaitForSuccessAsync(cancellationToken);
    }

    /// <summary>The task after a stretch of time in which nothing of it moved; null if something did.</summary>
    private static async Task<TaskState?> StillnessAsync(TaskRun run, CancellationToken cancellationToken)
    {
        var before = await run.Client.FindTaskAsync(run.ResultName, cancellationToken);
        var processors = run.ProcessorTime();
        await Task.Delay(Stretch, cancellationToken);
        var after = await run.Client.FindTaskAsync(run.ResultName, cancellationToken);
        return after is not null && after.FractionDone == before?.FractionDone && run.ProcessorTime() - processors < Stretch * 0.2 ? after : null;
    }
}
