using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Scenarios;

/// <summary>The client ends while a checkpoint is being written; neither the old nor the new one may be lost.</summary>
internal sealed class QuitInCheckpoint : IScenario
{
    public string Name => "quit in a checkpoint";

    public TaskShape Shape { get; } = TaskShape.Lasting(24) with { CheckpointMilliseconds = 1500 };

    /// <summary>The first is taken when something is done.</summary>
    public ClientOptions Client { get; } = new() { CheckpointSeconds = 8 };

    public async Task PlayAsync(TaskRun run, CancellationToken cancellationToken)
    {
        var task = await run.WaitUntilRunningAsync(cancellationToken);
        await Eventually.HoldsAsync(() => run.Kind.IsWritingCheckpoint(run.Client.Data, task.Slot), () => run.Client.Failure("No checkpoint was seen being written").Message, run.ReportBound, cancellationToken);
        var before = await run.WaitForProgressAsync(0.01, cancellationToken);
        await run.Client.QuitAsync(cancellationToken);
        await run.Client.WaitForNoTaskProcessAsync(TimeSpan.FromSeconds(5), cancellationToken);
        run.Say("the client ended");
        run.Client.HadToKill.Should().BeFalse("a task keeps its work and ends within the client's minute");
        await run.Client.StartAsync(cancellationToken);
        await run.WaitUntilRunningAsync(cancellationToken);
        await run.WaitForSuccessAsync(before, cancellationToken);
    }
}
