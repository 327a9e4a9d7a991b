using System.Text;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.Recorded;
using DesktopGrid.VmSandbox.Boinc.Tests.Support;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Setup;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Fuzz;

/// <summary>The files by which an application in the guest says how it ended: what goes on to the client is one of the client's own words.</summary>
public sealed class GuestWordFuzzTests
{
    private static readonly TaskPlan Plan = new() { Tasks = [], Programs = [], VirtualCpus = 1, HasApi = true };
    private static readonly PlannedTask Program = new() { Name = "app", Arguments = [] };

    private TempSlot _slot = null!;

    [SetUp]
    public void Make() => _slot = new TempSlot();

    [TearDown]
    public void Remove() => _slot.Dispose();

    [Test]
    public void Word_that_it_is_finished() => Mutations.Demand("7\nwhat went wrong\nnotice\n"u8.ToArray(), bytes => Judge(temporary: "0"u8.ToArray(), bytes));

    [Test]
    public void Word_that_it_is_to_be_started_later() => Mutations.Demand("90\nwaits for a licence\nnotice\n"u8.ToArray(), bytes => Judge(bytes, finish: "0\n"u8.ToArray()));

    [TestCase("90\nwhy\n", 90.0)]
    [TestCase("0.5\nwhy", 0.5)]
    [TestCase("86401\nwhy", 300.0)]
    [TestCase("-1\nwhy", 300.0)]
    [TestCase("nan\nwhy", 300.0)]
    [TestCase("soon\nwhy", 300.0)]
    public void A_delay_is_what_the_client_would_take(string text, double seconds) =>
        Judge(Encoding.UTF8.GetBytes(text), "0\n"u8.ToArray()).End.Should().Be(new RunEnd.Postponed(TimeSpan.FromSeconds(seconds), "why"));

    [TestCase("0\n", null)]
    [TestCase("7\n", 7)]
    [TestCase("256\n", 195)]
    [TestCase("-1\n", 255)]
    [TestCase("9999999999\n", 195)]
    [TestCase("", 195)]
    [TestCase("fine", 195)]
    public void An_exit_code_is_one_that_a_process_can_have(string text, int? expected) =>
        ((Judge("0"u8.ToArray(), Encoding.UTF8.GetBytes(text)).End as RunEnd.Finished)?.ExitCode).Should().Be(expected);

    /// <summary>The verdict, and what would come of it in the slot and in stderr.txt.</summary>
    private ProgramVerdict.Verdict Judge(byte[] temporary, byte[] finish)
    {
        var session = new MemorySession { Files = { [SlotFiles.TemporaryExit] = temporary, [SlotFiles.Finish] = finish } };
        var status = new GuestTaskStatus { State = GuestTaskState.Exited, ExitCode = 0 };
        var verdict = new ProgramVerdict(Plan, session).OfAsync(Program, status, CancellationToken.None).GetAwaiter().GetResult();
        using var said = new StringWriter();
        var notes = new TaskNotes(said, TimeProvider.System);
        switch (verdict.End)
        {
            case RunEnd.Finished finished:
                finished.ExitCode.Should().BeInRange(1, 255);
                notes.Tell(finished.Message ?? "");
                break;
            case RunEnd.Postponed postponed:
                SlotNotices.TemporaryExit(_slot.Slot, postponed.Delay, postponed.Reason);
                var lines = File.ReadAllLines(Path.Combine(_slot.Slot, SlotFiles.TemporaryExit));
                lines.Should().HaveCount(3);
                int.Parse(lines[0], System.Globalization.CultureInfo.InvariantCulture).Should().BeInRange(1, 86_400);
                lines[2].Should().BeEmpty("a guest raises no notice");
                notes.Tell(postponed.Reason);
                break;
            default:
                verdict.End.Should().BeNull();
                break;
        }

        said.ToString().TrimEnd('\n').Should().NotContain("\n", "it is one line").And.NotMatchRegex("[\\x00-\\x08\\x0b-\\x1f\\x7f]");
        return verdict;
    }
}
