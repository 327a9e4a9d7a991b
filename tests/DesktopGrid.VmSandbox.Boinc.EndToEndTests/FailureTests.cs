using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests;

/// <summary>What a project reads of a task that failed: the code that means it, and one line that says it. Long: each is a task with its client and its machine.</summary>
[TestFixture]
[Category("Long")]
[Parallelizable(ParallelScope.All)]
public sealed class FailureTests
{
    private const int Signal = 193, ChildFailed = 195, DiskLimit = 196, MemoryLimit = 198, InitFailure = 206;
    private const int Segmentation = 11;
    private const double MiB = 1024 * 1024;

    [Test]
    [CancelAfter(400_000)]
    public Task A_job_whose_program_fails(CancellationToken cancellationToken) =>
        DemandAsync(SandboxKind.Job, new TaskShape { ExitCode = 17 }, new TaskSetup(), ChildFailed, "payload ended with exit code 17", cancellationToken);

    [Test]
    [CancelAfter(400_000)]
    public Task A_job_whose_program_is_ended_by_a_signal(CancellationToken cancellationToken) =>
        DemandAsync(SandboxKind.Job, new TaskShape { EndSignal = Segmentation }, new TaskSetup(), ChildFailed, "payload was ended by signal 11", cancellationToken);

    [Test]
    [CancelAfter(400_000)]
    public Task A_program_that_is_ended_by_a_signal(CancellationToken cancellationToken) =>
        DemandAsync(SandboxKind.Signed, new TaskShape { EndSignal = Segmentation }, new TaskSetup(), Signal, "payload was ended by signal 11", cancellationToken);

    [Test]
    [CancelAfter(400_000)]
    public Task A_program_with_the_library_that_finishes_with_an_error(CancellationToken cancellationToken) =>
        DemandAsync(SandboxKind.Api, new TaskShape { ExitCode = 17 }, new TaskSetup(), 17, "payload ended with exit code 17", cancellationToken);

    [Test]
    [CancelAfter(400_000)]
    public Task Outputs_that_are_larger_than_the_work_unit_allows(CancellationToken cancellationToken) =>
        DemandAsync(SandboxKind.Signed, new TaskShape { Padding = 3_000_000 }, new TaskSetup { Unit = static unit => unit with { DiskBound = 2 * MiB } }, DiskLimit, "the outputs are larger than the work unit allows (2097152 bytes)", cancellationToken);

    [Test]
    [CancelAfter(400_000)]
    public Task A_program_that_wants_more_memory_than_its_machine_has(CancellationToken cancellationToken) =>
        DemandAsync(SandboxKind.Signed, new TaskShape { MemoryMiB = 300 }, new TaskSetup(), MemoryLimit, "payload wanted more memory than its machine has", cancellationToken);

    [Test]
    [CancelAfter(400_000)]
    public Task A_version_whose_options_are_wrong(CancellationToken cancellationToken) =>
        DemandAsync(SandboxKind.Signed, new TaskShape(), new TaskSetup { Version = static version => version with { Files = [.. version.Files.Select(static file => file.OpenName == "vmsandbox.xml" ? AppFile.FromText("wrong.xml", "<vmsandbox><speed>fast</speed></vmsandbox>", "vmsandbox.xml") : file)] } },
            InitFailure, "vmsandbox.xml has an unknown option \"speed\".", cancellationToken);

    private static async Task DemandAsync(SandboxKind kind, TaskShape shape, TaskSetup setup, int exitCode, string sentence, CancellationToken cancellationToken)
    {
        await using var run = await TaskRun.StartIfPossibleAsync(kind, shape, setup, cancellationToken);
        await run.WaitUntilKnownAsync(cancellationToken);
        var report = await run.WaitForFailureAsync(run.ReportBound, cancellationToken);
        (report.State, report.ExitStatus).Should().Be((ReportedResult.ComputeError, exitCode), report.StandardError);
        report.StandardError.Split('\n').Where(line => line.Contains($" vmsandbox: {sentence}", StringComparison.Ordinal)).Should().ContainSingle(report.StandardError);
        await run.WaitForNothingLeftAsync(cancellationToken);
    }
}
