using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Scenarios;

/// <summary>The client ends while a checkpoint is being written; neither the old nor the new one may be lost.</summary>
internal sealed class QuitInCheckpoint : IScenario
{
    public string Name => "quit in a checkpoint";

    public TaskShape Shape { get; } = TaskShape.Lasting(16) with { CheckpointMilliseconds = 1500 };

    public async Task PlayAsync(TaskRun run, CancellationToken cancellationToken)
    {
        var task = await run.WaitUntilRunningAsync(cancellationToken);
        await Eventually.HoldsAsync(() => run.Kind.IsWritingCheckpoint(run.Client.Data, task.Slot), () => run.Client.Failure("No checkpoint was seen being written").Message, run.ReportBound, cancellationToken);
        run.Say("a checkpoint is being written");
        await run.Client.QuitAsync(cancellationToken);
        await run.Client.WaitForNoTaskProcessAsync(TimeSpan.FromSeconds(5), cancellationToken);
        run.Say("the client ended");
        await run.Client.StartAsync(cancellationToken);
        await run.WaitUntilRunningAsync(cancellationToken);
        await run.WaitForSuccessAsync(cancellationToken);
    }
}
