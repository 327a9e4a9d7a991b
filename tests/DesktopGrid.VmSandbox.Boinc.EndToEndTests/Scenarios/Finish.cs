using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Scenarios;

/// <summary>Nothing happens but the work.</summary>
internal sealed class Finish : IScenario
{
    public string Name => "finish";

    public TaskShape Shape { get; } = TaskShape.Lasting(6);

    public async Task PlayAsync(TaskRun run, CancellationToken cancellationToken)
    {
        await run.WaitUntilRunningAsync(cancellationToken);
        await run.WaitForProgressAsync(0.1, cancellationToken);
        await run.WaitForSuccessAsync(cancellationToken);
    }
}
