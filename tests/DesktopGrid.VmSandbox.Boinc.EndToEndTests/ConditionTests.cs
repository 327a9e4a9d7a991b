using System.Diagnostics;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Scenarios;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests;

/// <summary>What volunteers, projects and computers ask of a task beside the matrix.</summary>
[TestFixture]
[Category("Long")]
[Parallelizable(ParallelScope.All)]
public sealed class ConditionTests
{
    private const double MiB = 1024 * 1024;

    [Test]
    [CancelAfter(600_000)]
    public async Task A_client_that_throttles_for_minutes_gets_half_a_processor_at_most(CancellationToken cancellationToken)
    {
        var shape = TaskShape.Lasting(70) with { IsBusy = true };
        await using var run = await StartAsync(SandboxKind.Signed, shape, new TaskSetup { Client = new ClientOptions { CpuUsageLimit = 50 } }, cancellationToken);
        await run.WaitForProgressAsync(0.05, cancellationToken);
        var before = run.ProcessorTime();
        var clock = Stopwatch.StartNew();
        await run.WaitForProgressAsync(0.8, cancellationToken);
        var share = (run.ProcessorTime() - before) / clock.Elapsed;
        run.Say($"{share:P0} of a processor for {clock.Elapsed.TotalSeconds:0} s");
        clock.Elapsed.Should().BeGreaterThan(TimeSpan.FromSeconds(75), "half of the time it stands");
        // Checkpoints and the machine's own work come on top of the program's half.
        share.Should().BeInRange(0.2, 0.75);
        await run.WaitForSuccessAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(900_000)]
    public async Task The_slot_stays_within_a_tight_bound_of_disk(CancellationToken cancellationToken)
    {
        // The client measures with its first look, and then every five minutes.
        const int bound = 2 * 1024 * 1024;
        await using var run = await StartAsync(SandboxKind.Signed, TaskShape.Lasting(330) with { DiskMiB = 8 }, new TaskSetup { Unit = static unit => unit with { DiskBound = bound } }, cancellationToken);
        await run.WaitForProgressAsync(0.05, cancellationToken);
        var largest = 0L;
        while (run.Project.Reports.All.Count == 0)
        {
            largest = Math.Max(largest, run.Client.Data.SlotBytes());
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }

        run.Say($"the slot held {largest} bytes at most");
        await run.WaitForSuccessAsync(cancellationToken);
        largest.Should().BeInRange(1, bound);
    }

    [Test]
    [CancelAfter(400_000)]
    public async Task A_disk_of_the_slots_that_is_full_for_a_while_costs_nothing(CancellationToken cancellationToken)
    {
        await using var run = await StartAsync(SandboxKind.Signed, TaskShape.Lasting(25), new TaskSetup { Client = new ClientOptions { SlotsKibibytes = 256 } }, cancellationToken);
        await run.WaitForProgressAsync(0.1, cancellationToken);
        run.Client.FillSlots();
        run.Say("the disk is full");
        await run.WaitForProgressAsync(0.7, cancellationToken);
        run.Client.EmptySlots();
        await run.WaitForSuccessAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(600_000)]
    public async Task A_task_stays_within_the_clients_limit_of_memory(CancellationToken cancellationToken)
    {
        const double limit = 420 * MiB;
        var percent = 100 * limit / GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var setup = new TaskSetup { Client = new ClientOptions { MemoryPercent = percent }, Unit = static unit => unit with { MemoryBound = 110 * MiB } };
        var kind = SandboxKind.Signed with { MemoryMiB = null };
        await using var run = await StartAsync(kind, TaskShape.Lasting(30) with { MemoryMiB = 100 }, setup, cancellationToken);
        await run.WaitForProgressAsync(0.02, cancellationToken);
        var task = await run.WaitForProgressAsync(0.6, cancellationToken);
        task.WorkingSet.Should().BeInRange(100 * MiB, limit);
        await run.WaitForSuccessAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(400_000)]
    public async Task An_application_of_before_the_shared_file_is_served_through_shared_memory(CancellationToken cancellationToken)
    {
        await using var run = await StartAsync(SandboxKind.Api, new Finish().Shape, new TaskSetup { Version = static version => version with { ApiVersion = null } }, cancellationToken);
        await run.WaitForProgressAsync(0.1, cancellationToken);
        run.Client.Data.SlotFiles().Select(Path.GetFileName).Should().NotContain("boinc_mmap_file", "this client had no reason to make it");
        await run.WaitForSuccessAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(400_000)]
    public async Task An_application_of_a_newer_BOINC_than_the_client_runs_as_well(CancellationToken cancellationToken)
    {
        await using var run = await StartAsync(SandboxKind.Api, new Finish().Shape, new TaskSetup { Version = static version => version with { ApiVersion = "8.3.0" } }, cancellationToken);
        await run.WaitForProgressAsync(0.1, cancellationToken);
        await run.WaitForSuccessAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(400_000)]
    public async Task A_version_brings_all_that_a_sandbox_needs(CancellationToken cancellationToken)
    {
        await using var run = await StartAsync(SandboxKind.Signed with { IsPackaged = true }, new Finish().Shape, new TaskSetup(), cancellationToken);
        await run.WaitUntilRunningAsync(cancellationToken);
        await run.WaitForSuccessAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(400_000)]
    public async Task A_project_can_take_its_task_back(CancellationToken cancellationToken)
    {
        const int abortedByProject = 202;
        await using var run = await StartAsync(SandboxKind.Signed, new Abort().Shape, new TaskSetup(), cancellationToken);
        await run.WaitForProgressAsync(0.01, cancellationToken);
        run.Project.Content.Abort(run.ResultName);
        await run.TalkUntilAsync(run.Project.Talks, static talk => talk.Reply.Contains("<result_abort>", StringComparison.Ordinal), "with the abort", cancellationToken);
        var report = await run.WaitForFailureAsync(TimeSpan.FromSeconds(40), cancellationToken);
        report.ExitStatus.Should().Be(abortedByProject);
        await run.WaitForNothingLeftAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(400_000)]
    public async Task A_program_that_fails_fails_with_its_own_exit_code(CancellationToken cancellationToken)
    {
        await using var run = await StartAsync(SandboxKind.Signed, new TaskShape { ExitCode = 17 }, new TaskSetup(), cancellationToken);
        await run.WaitUntilRunningAsync(cancellationToken);
        var report = await run.WaitForFailureAsync(run.ReportBound, cancellationToken);
        report.State.Should().Be(ReportedResult.ComputeError);
        report.ExitStatus.Should().Be(17);
        report.StandardError.Should().Contain("task: done", "a project wants to read what its program said");
        await run.WaitForNothingLeftAsync(cancellationToken);
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
        await using var run = await StartAsync(SandboxKind.Signed with { Qemu = Path.Combine(place.Link, "qemu-system-x86_64") }, TaskShape.Lasting(20), new TaskSetup(), cancellationToken);
        await run.WaitForCheckpointAsync(cancellationToken);
        await run.Client.EndAsync(cancellationToken);
        place.PointTo(Path.GetDirectoryName(Artifacts.OtherQemu)!);
        await run.Client.StartAsync(cancellationToken);
        await run.WaitUntilRunningAsync(cancellationToken);
        await run.WaitForSuccessAsync(cancellationToken);
    }

    private static async Task<TaskRun> StartAsync(SandboxKind kind, TaskShape shape, TaskSetup setup, CancellationToken cancellationToken)
    {
        if (kind.Missing is { } missing)
        {
            Assert.Ignore(missing);
        }

        return await TaskRun.StartAsync(kind, shape, setup, cancellationToken);
    }
}
