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

    /// <summary>The longest that a task may take from its running to its report, beside its own steps: a sandbox boots, on a busy computer.</summary>
    public TimeSpan ReportBound => TimeSpan.FromSeconds(200) + (TimeSpan.FromMilliseconds(Shape.StepMilliseconds) * Shape.Steps);

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

    /// <summary>Likewise, where all is there that the kind needs; the test is left out else.</summary>
    public static async Task<TaskRun> StartIfPossibleAsync(ITaskKind kind, TaskShape shape, TaskSetup setup, CancellationToken cancellationToken)
    {
        if (kind.Missing is { } missing)
        {
            Assert.Ignore(missing);
        }

        return await StartAsync(kind, shape, setup, cancellationToken);
    }

    /// <summary>The task once the client has it, at work or on its way.</summary>
    public Task<TaskState> WaitUntilKnownAsync(CancellationToken cancellationToken) => WaitAsync(static _ => true, "be there", StartBound, cancellationToken);

    /// <summary>The task once its process runs.</summary>
    public Task<TaskState> WaitUntilRunningAsync(CancellationToken cancellationToken) => WaitAsync(static task => task.IsRunning, "run", StartBound, cancellationToken);

    /// <summary>The task once so much of it is done.</summary>
    public Task<TaskState> WaitForProgressAsync(double fraction, CancellationToken cancellationToken) =>
        WaitAsync(task => task.FractionDone >= fraction, string.Create(CultureInfo.InvariantCulture, $"have done {fraction}"), ReportBound, cancellationToken);

    public Task<TaskState> WaitForCheckpointAsync(CancellationToken cancellationToken) => WaitAsync(static task => task.CheckpointCpuTime > 0, "have a checkpoint", ReportBound, cancellationToken);

    /// <summary>The task once it is like this.</summary>
    public async Task<TaskState> WaitAsync(Func<TaskState, bool> isWanted, string what, TimeSpan bound, CancellationToken cancellationToken)
    {
        TaskState? last = null;
        var task = await Eventually.FindAsync(async () =>
        {
            // A task that is reported will never be like that.
            if (Project.Reports.All is [var report, ..])
            {
                throw Client.Failure($"The task ended before it was seen to {what}: {report}");
            }

            last = await Client.FindTaskAsync(ResultName, cancellationToken);
            return last is not null && isWanted(last) ? last : null;
        }, () => Client.Failure($"The task was not seen to {what}; last: {last}").Message, bound, cancellationToken);
        Say($"{what}: {task}");
        return task;
    }

    /// <summary>The report, when the task is over; a task that is put off for minutes has failed for a test.</summary>
    public async Task<ReportedResult> WaitForReportAsync(CancellationToken cancellationToken)
    {
        for (var clock = Stopwatch.StartNew(); ;)
        {
            try
            {
                var report = await Project.WaitForReportAsync(ResultName, TimeSpan.FromSeconds(5), cancellationToken);
                Say($"reported: {report}");
                return report;
            }
            catch (TimeoutException e) when (clock.Elapsed > ReportBound || (Shape.PostponeAt == 0 && Client.Data.Log().Any(static line => line.Contains(" postponed for ", StringComparison.Ordinal))))
            {
                throw Client.Failure($"{e.Message} after {clock.Elapsed.TotalSeconds:0} s");
            }
            catch (TimeoutException)
            {
                // Not yet.
            }
        }
    }

    /// <summary>The report of a task that fails or is given up: the client would wait for minutes with it, unless it is told to talk.</summary>
    public async Task<ReportedResult> WaitForFailureAsync(TimeSpan bound, CancellationToken cancellationToken)
    {
        await Eventually.FindAsync(async () => (await Client.FindTaskAsync(ResultName, cancellationToken)) is { State: < ReportedResult.ComputeError or 4 or 5 } or { IsActive: true } ? null : "",
            () => Client.Failure("The task did not fail").Message, bound, cancellationToken);
        Say("the task is over");
        var report = await TalkUntilAsync(Project.Reports, report => report.Name == ResultName, "of a failure", cancellationToken);
        Say($"reported: {report}");
        return report;
    }

    /// <summary>Has the client talk to the project until that has come of it. An order to talk that comes during a talk is forgotten with its end.</summary>
    public async Task<T> TalkUntilAsync<T>(Journal<T> journal, Func<T, bool> isWanted, string what, CancellationToken cancellationToken)
        where T : class
    {
        for (var times = 1; ; times++)
        {
            await Client.UpdateAsync(cancellationToken);
            try
            {
                return await journal.WaitAsync(isWanted, what, TimeSpan.FromSeconds(5), cancellationToken);
            }
            catch (TimeoutException e) when (times == 12)
            {
                throw Client.Failure(e.Message);
            }
            catch (TimeoutException)
            {
                // Once more.
            }
        }
    }

    /// <summary>Has the client fetch a second task of the application; its report is the project's to tell.</summary>
    /// <returns>The result's name.</returns>
    public async Task<string> AddTaskAsync(string name, TaskShape shape, CancellationToken cancellationToken)
    {
        var unit = Unit with { Name = name, CommandLine = Kind.ToCommandLine(shape), Inputs = [AppFile.FromText($"{name}_in", Payload.Input, "in")], Outputs = [new OutputFile($"{name}_out", "out")] };
        Project.Content.Add(unit);
        await TalkUntilAsync(Project.Talks, talk => talk.Reply.Contains($"<workunit>\n<name>{name}</name>", StringComparison.Ordinal), "with another task", cancellationToken);
        return unit.ResultName;
    }

    /// <summary>What the task's living processes have used of processors.</summary>
    public TimeSpan ProcessorTime() => Client.TaskProcesses().Aggregate(TimeSpan.Zero, static (sum, process) => sum + process.ProcessorTime);

    /// <summary>Likewise without the wrapper beside a machine: what the task's own program can cause.</summary>
    public TimeSpan ComputingTime() =>
        Client.TaskProcesses().Where(static process => !process.CommandLine.Contains("vmsandbox-wrapper", StringComparison.Ordinal)).Aggregate(TimeSpan.Zero, static (sum, process) => sum + process.ProcessorTime);

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
}
