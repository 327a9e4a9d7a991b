using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Tests.Support;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Slots;

public sealed class SoftLinkTests
{
    private TempSlot _slot = null!;

    [SetUp]
    public void Make() => _slot = new TempSlot();

    [TearDown]
    public void Remove() => _slot.Dispose();

    [Test]
    public void A_link_leads_to_the_projects_file() => _slot.Link("in", "wu_in", "data").Should().Be(Resolve("in"));

    [Test]
    public void A_file_that_is_no_link_is_itself() => _slot.Put("plain", "no link at all").Should().Be(Resolve("plain"));

    [Test]
    public void A_file_that_is_not_there_is_itself() => Resolve("new").Should().Be(Path.Combine(_slot.Slot, "new"));

    [Test]
    public void A_link_of_the_file_system_is_followed_as_well()
    {
        File.WriteAllText(Path.Combine(_slot.Project, "real"), "data");
        File.CreateSymbolicLink(Path.Combine(_slot.Slot, "link"), "../../projects/example.org/real");

        Resolve("link").Should().Be(Path.Combine(_slot.Project, "real"));
    }

    [TestCase("<soft_link>../../../../../etc/passwd</soft_link>\n")]
    [TestCase("<soft_link>/etc/passwd</soft_link>\n")]
    [TestCase("<soft_link>../../client_state.xml</soft_link>\n")]
    [TestCase("<soft_link>../../projects/other.org/app</soft_link>\n")]
    [TestCase("<soft_link>../../projects/example.org/app_info.xml</soft_link>\n")]
    [TestCase("<soft_link>../../projects/example.org/vmsandbox/store/x</soft_link>\n")]
    [TestCase("<soft_link>../../slots/1/boinc_finish_called</soft_link>\n")]
    public void A_link_out_of_the_projects_files_is_refused(string text)
    {
        _slot.Put("evil", text);

        ((Action)(() => Resolve("evil"))).Should().Throw<BoincException>().WithMessage("The link evil in the slot leads out of the project's directory*");
    }

    [Test]
    public void Words_about_links_further_down_are_no_link()
    {
        var path = _slot.Put("page", "first line\n<soft_link>../../projects/example.org/x</soft_link>\n");

        Resolve("page").Should().Be(path);
    }

    [Test]
    public void What_is_the_clients_is_not_listed_and_outputs_are_told_from_inputs()
    {
        _slot.Link("in", "wu_in", "data");
        _slot.Link("out", "wu_1_0_0", null);
        _slot.Put("sub/native_state", "step 5");
        foreach (var name in (string[])["init_data.xml", "boinc_mmap_file", "stderr.txt", "boinc_ufs_out", "vmsandbox_task.json", "vmsandbox.xml"])
        {
            _slot.Put(name, "");
        }

        _slot.Files().Should().Equal(
            new SlotFile("in", Path.Combine(_slot.Project, "wu_in"), IsOutput: false, IsExecutable: false),
            new SlotFile("out", Path.Combine(_slot.Project, "wu_1_0_0"), IsOutput: true, IsExecutable: false),
            new SlotFile("sub/native_state", Path.Combine(_slot.Slot, "sub", "native_state"), IsOutput: false, IsExecutable: false));
    }

    private string Resolve(string name) => SoftLink.Resolve(_slot.Slot, name, _slot.Project);
}
