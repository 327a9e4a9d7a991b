using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms.Running;
using Microsoft.Extensions.Time.Testing;

namespace DesktopGrid.VmSandbox.Tests.Vms.Running;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class GuestTimeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _host = new();
    private readonly GuestTime _guest;

    public GuestTimeTests() => _guest = new GuestTime(_host);

    [Test]
    public void It_runs_with_the_host_s_until_it_stands()
    {
        var start = _guest.GetTimestamp();
        _host.Advance(3 * Second);
        _guest.Stand();
        _host.Advance(100 * Second);
        _guest.GetElapsedTime(start).Should().Be(3 * Second);

        _guest.GoOn();
        _host.Advance(2 * Second);
        _guest.GetElapsedTime(start).Should().Be(5 * Second);
    }

    [Test]
    public void Standing_twice_is_standing_once_and_going_on_without_having_stood_is_nothing()
    {
        var start = _guest.GetTimestamp();
        _guest.GoOn();
        _guest.Stand();
        _host.Advance(Second);
        _guest.Stand();
        _host.Advance(Second);
        _guest.GoOn();
        _guest.GoOn();

        _guest.GetElapsedTime(start).Should().Be(TimeSpan.Zero);
    }

    [Test]
    public void A_bound_has_what_was_left_of_it_after_the_pause()
    {
        using var bound = Deadline.After(10 * Second, _guest).Enter(CancellationToken.None);
        _host.Advance(6 * Second);
        _guest.Stand();
        _host.Advance(TimeSpan.FromDays(1));
        bound.Token.IsCancellationRequested.Should().BeFalse("a suspended guest cannot answer");

        _guest.GoOn();
        _host.Advance(3.9 * Second);
        bound.Token.IsCancellationRequested.Should().BeFalse();
        _host.Advance(0.1 * Second);
        bound.Token.IsCancellationRequested.Should().BeTrue();
    }

    [Test]
    public void A_timer_that_is_made_or_changed_while_time_stands_waits_for_it_to_go_on()
    {
        var fired = 0;
        _guest.Stand();
        using var timer = _guest.CreateTimer(_ => fired++, null, Second, Timeout.InfiniteTimeSpan);
        _host.Advance(5 * Second);
        timer.Change(2 * Second, Timeout.InfiniteTimeSpan);
        _host.Advance(5 * Second);
        fired.Should().Be(0);

        _guest.GoOn();
        _host.Advance(1.9 * Second);
        fired.Should().Be(0);
        _host.Advance(0.1 * Second);
        fired.Should().Be(1);
        _host.Advance(10 * Second);
        fired.Should().Be(1, "it has no period");
    }

    [Test]
    public void A_periodic_timer_keeps_its_period_over_a_pause()
    {
        var fired = 0;
        using var timer = _guest.CreateTimer(_ => fired++, null, Second, Second);
        _host.Advance(Second);
        _host.Advance(Second);
        fired.Should().Be(2);

        _guest.Stand();
        _host.Advance(10 * Second);
        fired.Should().Be(2);

        _guest.GoOn();
        _host.Advance(Second);
        fired.Should().Be(3);
    }

    [Test]
    public async Task A_timer_that_is_disposed_of_neither_fires_nor_can_be_set_again()
    {
        var fired = 0;
        var timer = _guest.CreateTimer(_ => fired++, null, Second, Second);
        await timer.DisposeAsync();
        _host.Advance(5 * Second);
        _guest.Stand();
        _guest.GoOn();

        timer.Change(Second, Second).Should().BeFalse();
        _host.Advance(5 * Second);
        fired.Should().Be(0);
    }

    [Test]
    public void The_time_of_day_goes_on()
    {
        _guest.Stand();
        _host.Advance(Second);

        _guest.GetUtcNow().Should().Be(_host.GetUtcNow());
    }
}
