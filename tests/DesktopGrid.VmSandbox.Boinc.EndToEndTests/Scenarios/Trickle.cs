using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Scenarios;

/// <summary>The task sends a message while it runs, and gets one where its program can take it.</summary>
internal sealed class Trickle : IScenario
{
    private const string Word = "<word>well done</word>";

    public string Name => "trickle";

    public TaskShape Shape { get; } = TaskShape.Lasting(25) with { TrickleAt = 4 };

    public async Task PlayAsync(TaskRun run, CancellationToken cancellationToken)
    {
        await run.WaitUntilRunningAsync(cancellationToken);
        var up = await run.Project.WaitForTrickleAsync(run.ResultName, run.Kind.TrickleVariety, run.ReportBound, cancellationToken);
        run.Say($"trickle up: {up.Text}");
        run.Project.Reports.All.Should().BeEmpty("the trickle is there before the result");
        if (!run.Kind.Payload.SpeaksProtocol)
        {
            up.Text.Should().Contain("<cpu_time>");
            await run.WaitForSuccessAsync(cancellationToken);
            return;
        }

        up.Text.Should().Contain("<step>4</step>");
        run.Project.Content.SendTrickle(run.ResultName, Word);
        await run.TalkUntilAsync(run.Project.Talks, static talk => talk.Reply.Contains("<trickle_down>", StringComparison.Ordinal), "with a trickle down", cancellationToken);
        var report = await run.WaitForSuccessAsync(cancellationToken);
        report.StandardError.Should().Contain($"task: trickle down {Word}");
    }
}
