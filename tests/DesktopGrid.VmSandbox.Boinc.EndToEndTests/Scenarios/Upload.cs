using System.Text;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Scenarios;

/// <summary>A file goes up while the task runs, where its program can ask for that; and the line breaks while the large result goes up.</summary>
internal sealed class Upload : IScenario
{
    private const int PartAt = 8;

    public string Name => "upload";

    // From 8 KiB the client asks first how much the server has.
    public TaskShape Shape { get; } = TaskShape.Lasting(10) with { Padding = 60_000, UploadAt = PartAt };

    public async Task PlayAsync(TaskRun run, CancellationToken cancellationToken)
    {
        await run.WaitUntilRunningAsync(cancellationToken);
        if (run.Kind.Payload.SpeaksProtocol)
        {
            var part = await run.Project.WaitForUploadAsync("wu_part", run.ReportBound, cancellationToken);
            run.Say($"uploaded: {part}");
            run.Project.Reports.All.Should().BeEmpty("the part is there before the whole");
            part.Content.Should().Equal(await run.Kind.Payload.RunNativelyAsync(run.Shape with { Steps = PartAt, Padding = 0 }, cancellationToken), Encoding.UTF8.GetString(part.Content));
        }

        run.Project.InterruptUploads(1);
        var report = await run.WaitForSuccessAsync(cancellationToken);
        var upload = await run.Project.WaitForUploadAsync("wu_out", TimeSpan.FromSeconds(1), cancellationToken);
        upload.Requests.Should().Be(2, "the line broke once");
        if (run.Kind.Payload.SpeaksProtocol)
        {
            report.StandardError.Should().Contain("task: the part is uploaded", "the program was told");
        }
    }
}
