using DesktopGrid.VmSandbox.Primitives;
using Microsoft.Extensions.Time.Testing;

namespace DesktopGrid.VmSandbox.Tests.Primitives;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class DeadlineTests
{
    private readonly FakeTimeProvider _time = new();

    [Test]
    public void What_is_left_shrinks_with_the_clock_and_never_below_nothing()
    {
        var deadline = Deadline.After(TimeSpan.FromSeconds(10), _time);

        _time.Advance(TimeSpan.FromSeconds(4));
        deadline.Remaining.Should().Be(TimeSpan.FromSeconds(6));

        _time.Advance(TimeSpan.FromSeconds(60));
        deadline.Remaining.Should().Be(TimeSpan.Zero);
        deadline.Limit.Should().Be(TimeSpan.FromSeconds(10));
    }

    [Test]
    public void The_steps_of_one_operation_share_one_bound()
    {
        var deadline = Deadline.After(TimeSpan.FromSeconds(10), _time);
        using (deadline.Enter(CancellationToken.None))
        {
            _time.Advance(TimeSpan.FromSeconds(9));
        }

        using var second = deadline.Enter(CancellationToken.None);
        second.Token.IsCancellationRequested.Should().BeFalse();
        _time.Advance(TimeSpan.FromSeconds(1));
        second.Token.IsCancellationRequested.Should().BeTrue();
    }

    [Test]
    public void The_deadline_cancels_and_leaves_the_caller_s_token_alone()
    {
        using var caller = new CancellationTokenSource();
        using var scope = Deadline.After(TimeSpan.FromSeconds(1), _time).Enter(caller.Token);

        _time.Advance(TimeSpan.FromSeconds(1));

        scope.Token.IsCancellationRequested.Should().BeTrue();
        caller.IsCancellationRequested.Should().BeFalse();
    }

    [TestCase(true)]
    [TestCase(false)]
    public void The_caller_and_the_other_thing_cancel_before_it(bool isCaller)
    {
        using var caller = new CancellationTokenSource();
        using var other = new CancellationTokenSource();
        using var scope = Deadline.After(TimeSpan.FromSeconds(1), _time).Enter(caller.Token, other.Token);

        (isCaller ? caller : other).Cancel();

        scope.Token.IsCancellationRequested.Should().BeTrue();
    }

    [Test]
    public void One_that_has_passed_is_cancelled_from_the_start()
    {
        var deadline = Deadline.After(TimeSpan.FromSeconds(1), _time);
        _time.Advance(TimeSpan.FromSeconds(2));

        using var scope = deadline.Enter(CancellationToken.None);

        scope.Token.IsCancellationRequested.Should().BeTrue();
    }
}
