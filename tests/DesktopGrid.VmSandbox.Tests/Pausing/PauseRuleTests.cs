using DesktopGrid.VmSandbox.Pausing;
using DesktopGrid.VmSandbox.Platform.Activity;

namespace DesktopGrid.VmSandbox.Tests.Pausing;

/// <summary>Four processors, looked at each second; what they do is told by the test.</summary>
public sealed class PauseRuleTests
{
    private const int Processors = 4;

    private double _now, _busy, _total, _ours;

    [Test]
    public void Others_that_use_a_quarter_for_ten_seconds_are_a_reason_and_the_machines_own_work_is_none()
    {
        var rule = new PauseRule(PauseOptions.DesktopGrid());
        Look(rule, 30, others: 0, ours: 4).Should().OnlyContain(static reason => reason == null, "all of it is ours");
        Look(rule, 9, others: 1.5, ours: 2.5)[..5].Should().OnlyContain(static reason => reason == null, "a moment is no reason");
        Look(rule, 3, others: 1.5, ours: 2.5)[^1].Should().Be(PauseReason.ProcessorsBusy);
        Look(rule, 12, others: 0.1, ours: 0)[^1].Should().BeNull("the owner has gone");
    }

    [Test]
    public void Load_about_the_threshold_does_not_let_the_machines_stand_and_go_by_turns()
    {
        var rule = new PauseRule(PauseOptions.DesktopGrid());
        Look(rule, 15, others: 1.1, ours: 2)[^1].Should().Be(PauseReason.ProcessorsBusy);
        Look(rule, 60, others: 0.9, ours: 0).Should().OnlyContain(static reason => reason == PauseReason.ProcessorsBusy, "22 % are no quarter, and not below four fifths of it");
        Look(rule, 12, others: 0.7, ours: 0)[^1].Should().BeNull();
        Look(rule, 60, others: 0.9, ours: 3).Should().OnlyContain(static reason => reason == null, "they were let go, and the quarter was not reached again");
    }

    [Test]
    public void A_reason_that_comes_first_for_a_while_does_not_make_the_processors_free()
    {
        var asked = false;
        var rule = new PauseRule(new PauseOptions { OthersCpuPercent = 25, Asked = () => asked });
        Look(rule, 15, others: 1.1, ours: 0)[^1].Should().Be(PauseReason.ProcessorsBusy);
        asked = true;
        Look(rule, 15, others: 0.9, ours: 0)[^1].Should().Be(PauseReason.Asked);
        asked = false;
        Look(rule, 1, others: 0.9, ours: 0)[^1].Should().Be(PauseReason.ProcessorsBusy);
    }

    [Test]
    public void A_short_burst_is_no_reason()
    {
        var rule = new PauseRule(new PauseOptions { OthersCpuPercent = 50 });
        Look(rule, 15, others: 0.2, ours: 1);
        Look(rule, 2, others: 4, ours: 0).Concat(Look(rule, 12, others: 0.2, ours: 1)).Should().OnlyContain(static reason => reason == null);
    }

    [Test]
    public void Nothing_is_said_before_a_whole_window_was_seen() =>
        Look(new PauseRule(new PauseOptions { OthersCpuPercent = 1 }), 10, others: 4, ours: 0)[..9].Should().OnlyContain(static reason => reason == null);

    [Test]
    public void Without_a_threshold_no_load_is_a_reason() =>
        Look(new PauseRule(new PauseOptions()), 30, others: 4, ours: 0).Should().OnlyContain(static reason => reason == null);

    [TestCase(true, true, PauseReason.OnBattery)]
    [TestCase(true, false, null)]
    [TestCase(true, null, null)]
    [TestCase(false, true, null)]
    public void A_battery_is_a_reason_where_it_is_asked_for_and_known(bool asked, bool? isOnBattery, PauseReason? reason) =>
        new PauseRule(new PauseOptions { OnBattery = asked }).Decide(TimeSpan.Zero, Reading(isOnBattery: isOnBattery), TimeSpan.Zero).Should().Be(reason);

    [TestCase(10, 180, PauseReason.UserActive)]
    [TestCase(180, 180, null)]
    [TestCase(null, 180, null)]
    [TestCase(10, null, null)]
    public void Input_is_a_reason_for_as_long_as_was_asked_for(int? since, int? within, PauseReason? reason) =>
        new PauseRule(new PauseOptions { UserActiveWithin = Seconds(within) }).Decide(TimeSpan.Zero, Reading(since: Seconds(since)), TimeSpan.Zero).Should().Be(reason);

    [Test]
    public void A_client_that_knows_better_of_input_is_believed()
    {
        var rule = new PauseRule(new PauseOptions { UserActiveWithin = TimeSpan.FromMinutes(3), SinceInput = static () => TimeSpan.FromHours(1) });
        rule.Decide(TimeSpan.Zero, Reading(since: TimeSpan.Zero), TimeSpan.Zero).Should().BeNull();
    }

    [Test]
    public void The_hook_comes_first_and_is_asked_each_time()
    {
        var answers = new Queue<bool>([true, false, true]);
        var rule = new PauseRule(new PauseOptions { OnBattery = true, Asked = answers.Dequeue });
        Enumerable.Range(0, 3).Select(i => rule.Decide(TimeSpan.FromSeconds(i), Reading(isOnBattery: true), TimeSpan.Zero)).Should().Equal(PauseReason.Asked, PauseReason.OnBattery, PauseReason.Asked);
    }

    [TestCase(0d)]
    [TestCase(100.5)]
    [TestCase(double.NaN)]
    public void A_threshold_out_of_range_is_told(double percent) => new PauseOptions { OthersCpuPercent = percent }.Fault().Should().Contain("OthersCpuPercent");

    [Test]
    public void Times_out_of_range_are_told_and_the_defaults_are_in_range()
    {
        new PauseOptions { UserActiveWithin = TimeSpan.Zero }.Fault().Should().Contain("UserActiveWithin");
        new PauseOptions { Interval = TimeSpan.FromHours(1) }.Fault().Should().Contain("Interval");
        new PauseOptions().Fault().Should().BeNull();
        PauseOptions.DesktopGrid().Fault().Should().BeNull();
    }

    private static TimeSpan? Seconds(int? seconds) => seconds is { } number ? TimeSpan.FromSeconds(number) : null;

    private static ActivityReading Reading(bool? isOnBattery = null, TimeSpan? since = null) => new(TimeSpan.Zero, TimeSpan.Zero, isOnBattery, since);

    private List<PauseReason?> Look(PauseRule rule, int seconds, double others, double ours)
    {
        var reasons = new List<PauseReason?>();
        for (var i = 0; i < seconds; i++)
        {
            (_now, _busy, _total, _ours) = (_now + 1, _busy + others + ours, _total + Processors, _ours + ours);
            reasons.Add(rule.Decide(TimeSpan.FromSeconds(_now), new ActivityReading(TimeSpan.FromSeconds(_busy), TimeSpan.FromSeconds(_total), null, null), TimeSpan.FromSeconds(_ours)));
        }

        return reasons;
    }
}
