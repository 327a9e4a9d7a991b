using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Scenarios;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests;

/// <summary>Versions of an application, of BOINC and of QEMU that are not those of the matrix.</summary>
[TestFixture]
[Category("Long")]
[Parallelizable(ParallelScope.All)]
public sealed class VersionTests
{
    [Test]
    [CancelAfter(400_000)]
    public async Task An_application_of_before_the_shared_file_is_served_through_shared_memory(CancellationToken cancellationToken)
    {
        await using var run = await TaskRun.StartIfPossibleAsync(SandboxKind.Api, new Finish().Shape, new TaskSetup { Version = static version => version with { ApiVersion = null } }, cancellationToken);
        await run.WaitForProgressAsync(0.1, cancellationToken);
        run.Client.Data.SlotFiles().Select(Path.GetFileName).Should().NotContain("boinc_mmap_file", "this client had no reason to make it");
        await run.WaitForSuccessAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(400_000)]
    public async Task An_application_of_a_newer_BOINC_than_the_client_runs_as_well(CancellationToken cancellationToken)
    {
        await using var run = await TaskRun.StartIfPossibleAsync(SandboxKind.Api, new Finish().Shape, new TaskSetup { Version = static version => version with { ApiVersion = "8.3.0" } }, cancellationToken);
        await run.WaitForProgressAsync(0.1, cancellationToken);
        await run.WaitForSuccessAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(400_000)]
    public async Task A_version_brings_all_that_a_sandbox_needs(CancellationToken cancellationToken)
    {
        await using var run = await TaskRun.StartIfPossibleAsync(SandboxKind.Signed with { IsPackaged = true }, new Finish().Shape, new TaskSetup(), cancellationToken);
        await run.WaitUntilRunningAsync(cancellationToken);
        await run.WaitForSuccessAsync(cancellationToken);
    }

    private static IEnumerable<string> Published() => ["app", "jobapp"];

    [TestCaseSource(nameof(Published))]
    [CancelAfter(400_000)]
    public async Task A_version_as_the_build_makes_it_gives_what_the_program_gives_alone(string app, CancellationToken cancellationToken)
    {
        var kind = new PublishedKind(Path.Combine(app, "1.0", "x86_64-pc-linux-gnu"), app == "app" ? SandboxKind.Signed : SandboxKind.Job);
        await using var run = await TaskRun.StartIfPossibleAsync(kind, new Finish().Shape, new TaskSetup(), cancellationToken);
        kind.Unnamed().Should().BeEmpty("each file is of use");
        await run.WaitUntilRunningAsync(cancellationToken);
        await run.WaitForSuccessAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(600_000)]
    public async Task A_task_outlives_an_update_of_QEMU(CancellationToken cancellationToken)
    {
        if (!File.Exists(Artifacts.OtherQemu))
        {
            Assert.Ignore("there is no second build of QEMU");
        }

        using var place = new LinkedFolder(Path.GetDirectoryName(Artifacts.Qemu)!);
        await using var run = await TaskRun.StartIfPossibleAsync(SandboxKind.Signed with { Qemu = Path.Combine(place.Link, "qemu-system-x86_64") }, TaskShape.Lasting(20), new TaskSetup(), cancellationToken);
        await run.WaitForCheckpointAsync(cancellationToken);
        await run.Client.EndAsync(cancellationToken);
        place.PointTo(Path.GetDirectoryName(Artifacts.OtherQemu)!);
        await run.Client.StartAsync(cancellationToken);
        await run.WaitUntilRunningAsync(cancellationToken);
        var report = await run.WaitForSuccessAsync(cancellationToken);
        report.StandardError.Should().Contain("the machine goes on from what was kept").And.NotContain("begins anew");
    }
}
