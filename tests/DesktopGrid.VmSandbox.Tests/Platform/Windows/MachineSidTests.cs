using DesktopGrid.VmSandbox.Platform.Windows.Tokens;

namespace DesktopGrid.VmSandbox.Tests.Platform.Windows;

public sealed class MachineSidTests
{
    [Test]
    public void A_machine_has_one_identifier_of_its_own()
    {
        MachineSid.Of("one").Should().MatchRegex(@"^S-1-9-\d{1,10}-\d{1,10}-\d{1,10}-\d{1,10}$").And.Be(MachineSid.Of("one")).And.NotBe(MachineSid.Of("two"));
    }

    [Test]
    public void What_a_process_makes_is_open_to_its_user_and_its_machine_alone() =>
        MachineSid.OwnObjects("S-1-5-21-1", "S-1-9-1").Should().Be("D:(A;;GA;;;S-1-5-18)(A;;GA;;;S-1-5-21-1)(A;;GA;;;S-1-9-1)");

    [Test]
    public void A_folders_label_goes_down_to_what_is_made_in_it()
    {
        MachineSid.LowLabel(isFolder: true).Should().Be("S:(ML;OICI;NW;;;LW)");
        MachineSid.LowLabel(isFolder: false).Should().Be("S:(ML;;NW;;;LW)");
    }
}
