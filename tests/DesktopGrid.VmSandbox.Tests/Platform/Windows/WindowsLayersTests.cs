using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Windows.Hosting;
using DesktopGrid.VmSandbox.Platform.Windows.Tokens;

namespace DesktopGrid.VmSandbox.Tests.Platform.Windows;

public sealed class WindowsLayersTests
{
    private static readonly LaunchRequest Request = new() { FileName = @"C:\q.exe", Confinement = new ConfinementPlan { Identity = "m" } };

    [Test]
    public void A_restricted_token_closes_the_users_files()
    {
        On(new TokenChoice(TokenStrength.Restricted, null)).Should().BeEquivalentTo([
            ConfinementLayer.NoNewPrivileges, ConfinementLayer.NoCapabilities, ConfinementLayer.UnprivilegedUser, ConfinementLayer.PrivateFiles,
            ConfinementLayer.NoCoreDump, ConfinementLayer.DiesWithParent, ConfinementLayer.LowPriority]);
    }

    [Test]
    public void A_token_of_low_integrity_does_not_and_the_status_says_why()
    {
        var token = new TokenChoice(TokenStrength.LowIntegrity, "q.exe ended with 0xC0000022 when it was tried with one");
        On(token).Should().NotContain(ConfinementLayer.PrivateFiles).And.Contain(ConfinementLayer.NoCapabilities);
        WindowsLayers.Describe(token, Request, isNested: false).Single(static layer => layer.Layer is ConfinementLayer.PrivateFiles)
            .Reason.Should().Be("no restricted token suits this program: q.exe ended with 0xC0000022 when it was tried with one");
    }

    [Test]
    public void What_was_not_asked_for_is_off()
    {
        var request = Request with { DieWithParent = false, Priority = ProcessPriority.Normal };
        WindowsLayers.Describe(new TokenChoice(TokenStrength.Unchanged, "no"), request, isNested: true).Where(static layer => layer.IsOn)
            .Select(static layer => layer.Layer).Should().Equal(ConfinementLayer.NoCoreDump);
    }

    [Test]
    public void Every_layer_but_QEMUs_own_is_spoken_of() =>
        WindowsLayers.Describe(new TokenChoice(TokenStrength.Restricted, null), Request, isNested: false).Select(static layer => layer.Layer)
            .Should().BeEquivalentTo(Enum.GetValues<ConfinementLayer>().Where(static layer => layer is not ConfinementLayer.QemuSeccomp));

    private static IEnumerable<ConfinementLayer> On(TokenChoice token) =>
        WindowsLayers.Describe(token, Request, isNested: false).Where(static layer => layer.IsOn).Select(static layer => layer.Layer);
}
