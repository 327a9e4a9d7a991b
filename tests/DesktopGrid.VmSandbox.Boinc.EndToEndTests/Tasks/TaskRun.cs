using System.Diagnostics;
using System.Globalization;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

/// <summary>One task on its way from its project through the client and back, and the questions that every scenario asks of it.</summary>
internal sealed class TaskRun : IAsyncDisposable
{
    private const string AppName = "app";

    /// <summary>Attaching, fetching work and downloading take twelve seconds, mostly of the client's own waiting.</summary>
    private static readonly TimeSpan StartBound = TimeSpan.FromSeconds(60);

    private readonly Stopwatch _clock = Stopwatch.StartNew();

    private TaskRun(ITaskKind kind, TaskShape shape, StubProject project, RealClient client, WorkUnit unit)
    {
        (Kind, Shape, Project, Client, Unit) = (kind, shape, project, client, unit);
    }

    public ITaskKind Kind { get; }

    public TaskShape Shape { get; }

    public StubProject Project { get; }

    public RealClient Client { get; }

    public WorkUnit Unit { get; }

    public string ResultName => Unit.ResultName;

    /// <summary>The longest that a task may take from its running to its report, beside its own steps.</summary>
    public TimeSpan ReportBound => TimeSpan.FromSeconds(120) + (TimeSpan.FromMilliseconds(Shape.StepMilliseconds) * Shape.Steps);

    public static async Task<TaskRun> StartAsync(ITaskKind kind, TaskShape shape, TaskSetup setup, CancellationToken cancellationToken)
    {
        var project = await StubProject.StartAsync(cancellationToken);
        try
        {
            var version = setup.Version(kind.ToVersion(AppName));
            List<OutputFile> outputs = [new("wu_out", "out")];
            if (shape.UploadAt > 0 && kind.Payload.SpeaksProtocol)
            {
                outputs.Add(new OutputFile("wu_part", "part"));
            }

            var unit = setup.Unit(new WorkUnit("wu", AppName) { CommandLine = kind.ToCommandLine(shape), Inputs = [AppFile.FromText("wu_in", Payload.Input, "in")], Outputs = outputs });
            project.Content.Add(version);
            project.Content.Add(unit);
            IReadOnlyList<AppFile> own = kind.IsAnonymous ? [.. version.Files, AppFile.FromText("app_info.xml", version.ToAppInfo())] : [];
            var client = await RealClient.StartAsync(project, setup.Client with { ProjectFiles = own }, cancellationToken);
            return new TaskRun(kind, shape, project, client, unit);
        }
        catch
        {
            await project.DisposeAsync();
            throw;
        }
    }

    /// <summary>The task once its process runs.</summary>
    public Task<TaskState> WaitUntilRunningAsync(CancellationToken cancellationToken) => WaitAsync(static task => task.IsRunning, "run", StartBound, cancellationToken);

    /// <summary>The task once so much of it is done.</summary>
    public Task<TaskState> WaitForProgressAsync(double fraction, CancellationToken cancellationToken) =>
        WaitAsync(task => task.FractionDone >= fraction, string.Create(CultureInfo.InvariantCulture, $"have done {fraction}"), ReportBound, cancellationToken);

    public Task<TaskState> WaitForCheckpointAsync(CancellationToken cancellationToken) => WaitAsync(static task => task.CheckpointCpuTime > 0, "have a checkpoint", ReportBound, cancellationToken);

    public async Task<TaskState> WaitAsync(Func<TaskState, bool> isWanted, string what, TimeSpan bound, CancellationToken cancellationToken)
    {
        // A task that failed will never be like that: then its report is the better message.
        var task = await Client.WaitForTaskAsync(ResultName, task => isWanted(task) || Project.Reports.All.Count > 0, what, bound, cancellationToken);
        Say($"{what}: {task}");
        return isWanted(task) ? task : throw Client.Failure($"The task ended before it was seen to {what}: {Project.Reports.All[0]}");
    }

    public async Task<ReportedResult> WaitForReportAsync(CancellationToken cancellationToken)
    {
        try
        {
            var report = await Project.WaitForReportAsync(ResultName, ReportBound, cancellationToken);
            Say($"reported: {report}");
            return report;
        }
        catch (TimeoutException e)
        {
            throw Client.Failure(e.Message);
        }
    }

    /// <summary>The task's good end: reported as a success, with the very bytes that the program computes outside; and nothing stays.</summary>
    public async Task<ReportedResult> WaitForSuccessAsync(CancellationToken cancellationToken)
    {
        var report = await WaitForReportAsync(cancellationToken);
        report.State.Should().Be(ReportedResult.Success, $"{report}\n{Client.Data.LogTail()}");
        report.ExitStatus.Should().Be(0, report.StandardError);
        report.CpuTime.Should().BePositive().And.BeLessThan(report.ElapsedTime * 4 + 4);
        var upload = await Project.WaitForUploadAsync("wu_out", TimeSpan.FromSeconds(1), cancellationToken);
        upload.Content.Should().Equal(await Kind.Payload.RunNativelyAsync(Shape, cancellationToken), "the sandbox changes no result");
        CountBeginnings(report).Should().Be(1, $"no work is lost, but: {report.StandardError}");
        await WaitForNothingLeftAsync(cancellationToken);
        return report;
    }

    /// <summary>Waits until neither a process nor a file of the task is left.</summary>
    public async Task WaitForNothingLeftAsync(CancellationToken cancellationToken)
    {
        await Client.WaitForNoTaskProcessAsync(TimeSpan.FromSeconds(20), cancellationToken);
        await Eventually.HoldsAsync(() => Client.Data.SlotFiles().Count == 0, () => Client.Failure($"The slot has files: {string.Join(", ", Client.Data.SlotFiles())}").Message, TimeSpan.FromSeconds(30), cancellationToken);
        Say("nothing is left");
    }

    /// <summary>Writes down when something happened, for whoever reads the test's output.</summary>
    public void Say(string what) => TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_clock.Elapsed.TotalSeconds,6:0.0} s {what}"));

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Client.DisposeAsync();
        }
        finally
        {
            await Project.DisposeAsync();
            Say("all is ended");
        }
    }

    /// <summary>How often the program began from nothing.</summary>
    private static int CountBeginnings(ReportedResult report) => report.StandardError.Split("task: begins").Length - 1;
}
