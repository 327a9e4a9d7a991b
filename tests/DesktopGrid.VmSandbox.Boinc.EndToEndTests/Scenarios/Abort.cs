using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Scenarios;

/// <summary>The user gives the task up: it ends at once, is reported as that, and leaves nothing.</summary>
internal sealed class Abort : IScenario
{
    private const int AbortedByUser = 203;

    public string Name => "abort";

    public TaskShape Shape { get; } = TaskShape.Lasting(120);

    public async Task PlayAsync(TaskRun run, CancellationToken cancellationToken)
    {
        await run.WaitForProgressAsync(0.01, cancellationToken);
        await run.Client.AbortAsync(run.ResultName, cancellationToken);
        await run.Client.WaitForNoTaskProcessAsync(TimeSpan.FromSeconds(30), cancellationToken);
        run.Say("its processes ended");
        var report = await run.WaitForFailureAsync(TimeSpan.FromSeconds(30), cancellationToken);
        report.State.Should().Be(ReportedResult.Aborted);
        report.ExitStatus.Should().Be(AbortedByUser);
        run.Project.Uploads.All.Should().BeEmpty("nothing was computed");
        await run.WaitForNothingLeftAsync(cancellationToken);
    }
}
