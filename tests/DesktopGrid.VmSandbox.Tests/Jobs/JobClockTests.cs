using System.Diagnostics;
using DesktopGrid.VmSandbox.Jobs;
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
        var clock = new JobClock(new Told(_told), activities, _time) { FractionDone = 0.25, CpuTime = TimeSpan.FromSeconds(7) };
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
