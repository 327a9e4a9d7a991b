using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests;

/// <summary>What client and program say to each other beside the matrix, with a sandbox between them and, to know that it is so, without. Long: each is a task of its own.</summary>
[TestFixture]
[Category("Long")]
[Parallelizable(ParallelScope.All)]
public sealed class WordTests
{
    private static readonly ITaskKind[] Kinds = [NativeKind.Spoken, NativeKind.Api, SandboxKind.Signed, SandboxKind.Api];

    private static IEnumerable<string> Names() => Kinds.Select(static kind => kind.Name);

    [TestCaseSource(nameof(Names))]
    [CancelAfter(400_000)]
    public async Task A_program_that_asks_to_be_started_later_is_put_off_and_goes_on(string kind, CancellationToken cancellationToken)
    {
        await using var run = await StartAsync(kind, TaskShape.Lasting(8) with { PostponeAt = 10 }, cancellationToken);
        await run.WaitAsync(static task => task.WaitReason == "the task waits for a moment", "be put off", run.ReportBound, cancellationToken);
        await run.Client.WaitForNoTaskProcessAsync(TimeSpan.FromSeconds(5), cancellationToken);
        // The client plans anew only once a minute.
        await run.WaitAsync(static task => task.IsRunning, "go on", run.ReportBound, cancellationToken);
        var report = await run.WaitForSuccessAsync(cancellationToken);
        report.StandardError.Split("task: asks to be started later").Should().HaveCount(2, report.StandardError);
        report.StandardError.Should().Contain("task: goes on at step 10\n");
    }

    [TestCaseSource(nameof(Names))]
    [CancelAfter(400_000)]
    public async Task A_program_hears_of_the_network_and_of_its_users_new_wishes(string kind, CancellationToken cancellationToken)
    {
        await using var run = await StartAsync(kind, TaskShape.Lasting(40), cancellationToken);
        await run.WaitForProgressAsync(0.05, cancellationToken);
        await run.Client.SetNetworkAsync(isAllowed: false, cancellationToken);
        await run.WaitForProgressAsync(0.25, cancellationToken);
        await run.Client.SetPreferencesAsync(new ClientOptions { CheckpointSeconds = 7 }, cancellationToken);
        await run.WaitForProgressAsync(0.55, cancellationToken);
        await run.Client.SetNetworkAsync(isAllowed: true, cancellationToken);
        var report = await run.WaitForSuccessAsync(cancellationToken);
        Said(report, "task: read again").Should().OnlyContain(static line => line.EndsWith("a checkpoint each 7 s", StringComparison.Ordinal), report.StandardError);
        if (run.Kind.Payload == Payload.Spoken)
        {
            // BOINC's own library does not understand the client's word for it.
            Said(report, "task: the network").Should().Equal("task: the network is forbidden", "task: the network is allowed");
        }
    }

    private static IEnumerable<string> Said(ReportedResult report, string words) =>
        report.StandardError.Split('\n').Where(line => line.Contains(words, StringComparison.Ordinal)).Select(line => line[line.IndexOf(words, StringComparison.Ordinal)..]);

    private static Task<TaskRun> StartAsync(string name, TaskShape shape, CancellationToken cancellationToken) =>
        TaskRun.StartIfPossibleAsync(Kinds.Single(kind => kind.Name == name), shape, new TaskSetup(), cancellationToken);
}
