using System.Diagnostics;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Scenarios;

/// <summary>The client is killed without a word; the task must notice and end, and go on under the next client.</summary>
internal sealed class ClientKilled : IScenario
{
    /// <summary>Thirty seconds without a heartbeat, and what it takes to save.</summary>
    private static readonly TimeSpan LostBound = TimeSpan.FromSeconds(75);

    public string Name => "client killed";

    // It must not be over before it notices.
    public TaskShape Shape { get; } = TaskShape.Lasting(40);

    public async Task PlayAsync(TaskRun run, CancellationToken cancellationToken)
    {
        await run.WaitForCheckpointAsync(cancellationToken);
        var before = await run.WaitForProgressAsync(0.1, cancellationToken);
        var clock = Stopwatch.StartNew();
        await run.Client.KillAsync(cancellationToken);
        await run.Client.WaitForNoTaskProcessAsync(LostBound, cancellationToken);
        run.Say($"the task noticed after {clock.Elapsed.TotalSeconds:0.0} s");
        await run.Client.StartAsync(cancellationToken);
        await run.WaitUntilRunningAsync(cancellationToken);
        await run.WaitForSuccessAsync(before, cancellationToken);
    }
}
