using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Tests.Support;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Slots;

public sealed class SlotNoticesTests
{
    private TempSlot _slot = null!;

    [SetUp]
    public void Make() => _slot = new TempSlot();

    [TearDown]
    public void Remove() => _slot.Dispose();

    [Test]
    public void The_end_is_a_number_on_a_line()
    {
        SlotNotices.Finish(_slot.Slot, 195);

        Read("boinc_finish_called").Should().Be("195\n");
    }

    [Test]
    public void A_delay_always_has_a_reason_on_one_line()
    {
        SlotNotices.TemporaryExit(_slot.Slot, TimeSpan.FromDays(9), "the disk\nis full");

        Read("boinc_temporary_exit").Should().Be("86400\nthe disk is full\n\n");
    }

    [Test]
    public void A_slot_that_cannot_be_written_is_said_to_be_so() =>
        ((Action)(() => SlotNotices.Finish(Path.Combine(_slot.Slot, "gone"), 0))).Should().Throw<BoincException>().Which.Code.Should().Be(SandboxErrorCode.BoincFileUnwritable);

    private string Read(string name) => File.ReadAllText(Path.Combine(_slot.Slot, name));
}
