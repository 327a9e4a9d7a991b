using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Tests.Vms.Running;

public sealed class HostBudgetTests
{
    private static readonly VmId Id = VmId.Parse("0123456789ab");

    private HostBudget _budget = null!;

    // Two machines of 256 MiB, or one of 512.
    [SetUp]
    public void Make() => _budget = new HostBudget(2 * (256 + HostBudget.OverheadMiB), 4);

    [Test]
    public async Task What_fits_has_its_turn_at_once_and_the_rest_waits_in_the_order_in_which_it_came()
    {
        var shares = new List<BudgetShare> { await TakeAsync(256), await TakeAsync(256) };
        var order = new List<int>();
        var waiting = Enumerable.Range(0, 5).Select(async number =>
        {
            var share = await TakeAsync(256);
            lock (order)
            {
                order.Add(number);
            }

            share.Dispose();
        }).ToList();
        _budget.Waiting.Should().Be(5);

        shares[0].Dispose();
        await Task.WhenAll(waiting);

        order.Should().Equal(0, 1, 2, 3, 4);
        _budget.Waiting.Should().Be(0);
        shares[1].Dispose();
    }

    [Test]
    public async Task A_large_one_is_not_passed_by_small_ones_that_came_later()
    {
        var first = await TakeAsync(256);
        var large = TakeAsync(512);
        var small = TakeAsync(64);
        (large.IsCompleted, small.IsCompleted).Should().Be((false, false), "the small one would fit and stands behind");

        first.Dispose();

        (await large).Dispose();
        (await small).Dispose();
    }

    [Test]
    public async Task One_that_leaves_the_line_lets_those_behind_it_have_their_turn()
    {
        var first = await TakeAsync(256);
        using var leaves = new CancellationTokenSource();
        var large = TakeAsync(512, cancellationToken: leaves.Token);
        var small = TakeAsync(64);

        await leaves.CancelAsync();

        await large.Awaiting(static waiting => waiting).Should().ThrowAsync<OperationCanceledException>();
        (await small).Dispose();
        first.Dispose();
        (await TakeAsync(512)).Dispose();
    }

    [Test]
    public async Task A_share_is_given_back_once_however_often_it_is_disposed_and_by_whom_it_was_handed_to()
    {
        var first = await TakeAsync(512);
        var handedOn = first.HandOn();
        first.Dispose();
        var waiting = TakeAsync(512);
        waiting.IsCompleted.Should().BeFalse("it was handed on");
        handedOn.Dispose();
        handedOn.Dispose();
        var second = await waiting;
        TakeAsync(64).IsCompleted.Should().BeFalse("nothing was given back twice");
        FluentActions.Invoking(first.HandOn).Should().Throw<InvalidOperationException>();
        second.Dispose();
    }

    [Test]
    public async Task One_that_never_fits_is_refused_at_once_also_where_others_wait()
    {
        var failure = (await FluentActions.Awaiting(() => TakeAsync(1024)).Should().ThrowAsync<VmException>()).Which;
        failure.Code.Should().Be(SandboxErrorCode.BudgetExceeded);
        failure.Message.Should().Contain("1024 MiB").And.Contain("768 MiB");
        (await FluentActions.Awaiting(() => TakeAsync(64, cpus: 5)).Should().ThrowAsync<VmException>()).Which.Code.Should().Be(SandboxErrorCode.BudgetExceeded);
        (await TakeAsync(512)).Dispose();
    }

    [Test]
    public async Task Cores_count_too_and_no_limit_is_none()
    {
        var first = await TakeAsync(64, cpus: 3);
        var second = TakeAsync(64, cpus: 2);
        second.IsCompleted.Should().BeFalse();
        first.Dispose();
        (await second).Dispose();
        var free = new HostBudget();
        for (var i = 0; i < 100; i++)
        {
            _ = await free.TakeAsync(Id, VmVerb.Start, 1_048_576, 64, static () => { }, CancellationToken.None);
        }
    }

    [Test]
    public async Task A_machine_that_runs_already_counts_whether_it_fits_or_not()
    {
        var found = _budget.TakeAnyway(4096, 8);
        var waiting = TakeAsync(64);
        waiting.IsCompleted.Should().BeFalse();
        found.Dispose();
        (await waiting).Dispose();
    }

    [Test]
    public async Task However_many_come_and_go_and_leave_at_once_nothing_is_lost()
    {
        var running = 0;
        var most = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, _) =>
        {
            using var leaves = new CancellationTokenSource();
            if (number % 3 == 0)
            {
                leaves.CancelAfter(TimeSpan.FromMicroseconds(number % 50));
            }

            try
            {
                using var share = await TakeAsync(256, cancellationToken: leaves.Token);
                InterlockedMax(ref most, Interlocked.Increment(ref running));
                await Task.Yield();
                Interlocked.Decrement(ref running);
            }
            catch (OperationCanceledException) when (leaves.IsCancellationRequested)
            {
            }
        });

        most.Should().BeInRange(1, 2);
        _budget.Waiting.Should().Be(0);
        (await TakeAsync(512)).Dispose();
    }

    private Task<BudgetShare> TakeAsync(int memory, int cpus = 1, CancellationToken cancellationToken = default) => _budget.TakeAsync(Id, VmVerb.Start, memory, cpus, static () => { }, cancellationToken);

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = most; seen < value; seen = most)
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}
