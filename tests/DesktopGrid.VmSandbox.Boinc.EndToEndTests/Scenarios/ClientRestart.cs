using System.Diagnostics;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Scenarios;

/// <summary>The computer is shut down in the middle of the task, and started again.</summary>
internal sealed class ClientRestart : IScenario
{
    public string Name => "client restart";

    public TaskShape Shape { get; } = TaskShape.Lasting(16);

    public async Task PlayAsync(TaskRun run, CancellationToken cancellationToken)
    {
        await run.WaitForCheckpointAsync(cancellationToken);
        var before = await run.WaitForProgressAsync(0.3, cancellationToken);
        var clock = Stopwatch.StartNew();
        await run.Client.EndAsync(cancellationToken);
        run.Say($"the client ended within {clock.Elapsed.TotalSeconds:0.0} s");
        run.Client.HadToKill.Should().BeFalse("a task keeps its work and ends within the client's minute");
        await run.Client.WaitForNoTaskProcessAsync(TimeSpan.FromSeconds(5), cancellationToken);
        await run.Client.StartAsync(cancellationToken);
        await run.WaitUntilRunningAsync(cancellationToken);
        var report = await run.WaitForSuccessAsync(before, cancellationToken);
        report.CpuTime.Should().BeGreaterThanOrEqualTo(before.CheckpointCpuTime, "the time of the first part counts as well");
    }
}
