using System.Diagnostics;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Jobs.Running;
using DesktopGrid.VmSandbox.Sessions;
using Microsoft.Extensions.Time.Testing;

namespace DesktopGrid.VmSandbox.Tests.Jobs;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class JobClockTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<JobProgress> _told = [];

    [Test]
    public async Task Each_phase_has_its_time_and_is_told_when_it_begins()
    {
        using var activities = new ActivitySource("clock");
        var clock = new JobClock(new Told(_told), activities, _time);

        await clock.MeasureAsync(JobPhase.Create, () => Spend(1));
        (await clock.MeasureAsync(JobPhase.Start, () => Spend(2))).Should().Be(2);

        clock.Phases.Should().Equal(new JobPhaseTime(JobPhase.Create, TimeSpan.FromSeconds(1)), new JobPhaseTime(JobPhase.Start, TimeSpan.FromSeconds(2)));
        clock.Elapsed.Should().Be(TimeSpan.FromSeconds(3));
        _told.Select(static progress => (progress.Phase, progress.Elapsed.TotalSeconds)).Should().Equal((JobPhase.Create, 0), (JobPhase.Start, 1));
    }

    [Test]
    public void Whoever_tells_at_once_is_heard_one_after_the_other_and_the_last_word_is_the_newest()
    {
        using var activities = new ActivitySource("clock");
        var clock = new JobClock(new Told(_told), activities, _time);

        Parallel.For(0, 20_000, number => clock.Done(number / 20_000.0));

        _told.Should().HaveCount(20_000);
        _told[^1].FractionDone.Should().Be(clock.FractionDone);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task The_wait_for_room_is_a_phase_before_the_start_and_its_last_where_it_is_given_up(bool isGivenUp)
    {
        using var activities = new ActivitySource("clock");
        var clock = new JobClock(new Told(_told), activities, _time);

        var start = clock.MeasureAsync(JobPhase.Start, async () =>
        {
            clock.Queue(true);
            await Spend(7);
            if (isGivenUp)
            {
                throw new OperationCanceledException();
            }

            clock.Queue(false);
            await Spend(2);
        });

        await start.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        start.IsCanceled.Should().Be(isGivenUp);
        var waited = new JobPhaseTime(JobPhase.Queued, TimeSpan.FromSeconds(7));
        clock.Phases.Should().Equal(isGivenUp ? [waited] : [waited, new JobPhaseTime(JobPhase.Start, TimeSpan.FromSeconds(2))]);
        clock.Phase.Should().Be(isGivenUp ? JobPhase.Queued : JobPhase.Start);
        _told.Select(static progress => progress.Phase).Should().Equal(isGivenUp ? [JobPhase.Start, JobPhase.Queued] : [JobPhase.Start, JobPhase.Queued, JobPhase.Start]);
    }

    [Test]
    public async Task A_phase_that_fails_has_its_time_too_and_stays_the_phase()
    {
        using var activities = new ActivitySource("clock");
        var clock = new JobClock(null, activities, _time);

        await clock.Awaiting(it => it.MeasureAsync(JobPhase.Put, () =>
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            return Task.FromException(new IOException("no"));
        })).Should().ThrowAsync<IOException>();

        clock.Phase.Should().Be(JobPhase.Put);
        clock.Phases.Should().Equal(new JobPhaseTime(JobPhase.Put, TimeSpan.FromSeconds(5)));
    }

    [Test]
    public void A_transfer_is_told_with_what_else_is_known()
    {
        using var activities = new ActivitySource("clock");
        var clock = new JobClock(new Told(_told), activities, _time) { CpuTime = TimeSpan.FromSeconds(7) };
        clock.Done(0.25);
        clock.Done(0.25);
        _told.Should().ContainSingle("nothing new is told once");
        _told.Clear();
        var transfer = new TransferProgress("a", 1, 2);

        ((IProgress<TransferProgress>)clock).Report(transfer);

        _told.Should().Equal(new JobProgress(JobPhase.Create, 0.25, TimeSpan.FromSeconds(7), TimeSpan.Zero, transfer, null));
    }

    private Task<int> Spend(int seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        return Task.FromResult(seconds);
    }

    private sealed class Told(List<JobProgress> all) : IProgress<JobProgress>
    {
        public void Report(JobProgress value) => all.Add(value);
    }
}
