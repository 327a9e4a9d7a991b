using DesktopGrid.VmSandbox.Boinc.GuestBridge;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Guests;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Wrapper;

/// <summary>The small rules of a run.</summary>
public sealed class RunTests
{
    [Test]
    public void The_whole_is_the_programs_by_their_weights()
    {
        var progress = new RunProgress([Task(1), Task(3)]);

        progress.Reach(0.5);
        progress.FractionDone.Should().Be(0.125);
        progress.Begin(1);
        progress.FractionDone.Should().Be(0.25);
        progress.Reach(2);
        progress.FractionDone.Should().Be(1);
    }

    [Test]
    public void Programs_without_any_weight_say_nothing() => new RunProgress([Task(0)]).FractionDone.Should().Be(0);

    [Test]
    public void A_checkpoint_that_takes_long_comes_less_often()
    {
        var pace = new CheckpointPace(static () => TimeSpan.FromSeconds(60));

        pace.IsDue(TimeSpan.FromSeconds(59)).Should().BeFalse();
        pace.IsDue(TimeSpan.FromSeconds(60)).Should().BeTrue();
        pace.Note(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1));
        pace.IsDue(TimeSpan.FromSeconds(120)).Should().BeTrue();
        pace.Note(TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(10));
        pace.IsDue(TimeSpan.FromSeconds(319)).Should().BeFalse();
        pace.IsDue(TimeSpan.FromSeconds(320)).Should().BeTrue();
    }

    [TestCase("0.1\n0.2\n", 0.2)]
    [TestCase("1.5", 1.0)]
    [TestCase("0.5 of it\n", 0.5)]
    [TestCase("nothing", null)]
    [TestCase("", null)]
    [TestCase("0.123456789", 0.123456789, Description = "one byte less than was asked for: the whole file")]
    [TestCase("0.1234567890", null, Description = "it may be the rest of 1e-90.1234567890")]
    [TestCase("9999999999 0.5", 0.5)]
    [TestCase("0.25 nothing", null)]
    [TestCase("\n0.25 nothing", 0.25)]
    public void The_last_number_of_a_file_counts(string end, double? expected) => FractionText.Last(end, mostBytes: 12).Should().Be(expected);

    [TestCase("<current_cpu_time>1</current_cpu_time>\n<checkpoint_cpu_time>2.5</checkpoint_cpu_time>\n<fraction_done>0.5</fraction_done>\n", 0.5)]
    [TestCase("<fraction_done>7</fraction_done>", null)]
    [TestCase("<fraction_done>nan</fraction_done>", null)]
    [TestCase("<fraction_done>0.5", null)]
    [TestCase("<fraction_done", null)]
    public void What_an_application_in_the_guest_says_is_taken_with_care(string text, double? fraction) => GuestAppStatus.Parse(text).Should().Be(new GuestAppStatus(fraction));

    [Test]
    public void What_a_guest_wrote_cannot_move_a_terminal() => ConsoleText.Lines("a\u001b[2Jb\r\nc\u202ed\u009b\n").Should().Equal("a.[2Jb", "c.d.");

    private static PlannedTask Task(double weight) => new() { Name = "program", Arguments = [], Weight = weight };
}
