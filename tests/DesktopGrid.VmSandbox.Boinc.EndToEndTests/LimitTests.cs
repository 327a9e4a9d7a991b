using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests;

/// <summary>What a task may take of a computer, as its volunteer and its project have set it.</summary>
[TestFixture]
[Category("Long")]
[Parallelizable(ParallelScope.All)]
public sealed class LimitTests
{
    private const double MiB = 1024 * 1024;

    [Test]
    [CancelAfter(600_000)]
    public async Task A_client_that_throttles_is_obeyed_each_time(CancellationToken cancellationToken)
    {
        var shape = TaskShape.Lasting(90) with { IsBusy = true };
        await using var run = await TaskRun.StartIfPossibleAsync(SandboxKind.Signed, shape, new TaskSetup { Client = new ClientOptions { CpuUsageLimit = 50 } }, cancellationToken);
        await run.WaitForProgressAsync(0.05, cancellationToken);
        var account = await ThrottleAccount.WatchAsync(run, 0.8, cancellationToken);
        run.Say(account.ToString());
        account.Words.Should().HaveCountGreaterThan(20, "the client says it again and again");
        account.Words.Zip(account.Words.Skip(1)).Should().OnlyContain(static pair => pair.First != pair.Second, "each word takes back the one before");
        account.StandingStretches.Should().BeGreaterThan(10);
        account.Standing.Should().BeLessThan(account.Running * 0.05, "what stands uses nothing");
        await run.WaitForSuccessAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(900_000)]
    public async Task The_slot_stays_within_a_tight_bound_of_disk(CancellationToken cancellationToken)
    {
        // The client measures with its first look, and then every five minutes.
        const int bound = 2 * 1024 * 1024;
        await using var run = await TaskRun.StartIfPossibleAsync(SandboxKind.Signed, TaskShape.Lasting(330) with { DiskMiB = 8 }, new TaskSetup { Unit = static unit => unit with { DiskBound = bound } }, cancellationToken);
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
        await using var run = await TaskRun.StartIfPossibleAsync(SandboxKind.Signed, TaskShape.Lasting(25), new TaskSetup { Client = new ClientOptions { SlotsKibibytes = 256 } }, cancellationToken);
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
        await using var run = await TaskRun.StartIfPossibleAsync(kind, TaskShape.Lasting(30) with { MemoryMiB = 100 }, setup, cancellationToken);
        await run.WaitForProgressAsync(0.02, cancellationToken);
        var task = await run.WaitForProgressAsync(0.6, cancellationToken);
        task.WorkingSet.Should().BeInRange(100 * MiB, limit);
        await run.WaitForSuccessAsync(cancellationToken);
    }
}
