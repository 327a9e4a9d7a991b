using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.MacOS;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Tests.Platform.MacOS;

public sealed class MacLayersTests
{
    private static readonly LaunchRequest Request = new() { FileName = "/q", Confinement = new ConfinementPlan { Identity = "m", MaxFileBytes = 1 } };
    private static readonly MacTools Tools = new() { TaskPolicy = "/usr/sbin/taskpolicy", Nice = "/usr/bin/nice", Sandbox = "/usr/bin/sandbox-exec" };

    [Test]
    public void With_a_profile_all_is_on_but_what_macOS_lacks() =>
        MacLayers.Describe(new ProfileChoice("system.sb", null), Tools, Request, isRoot: false).Where(static layer => !layer.IsOn)
            .Select(static layer => layer.Layer).Should().Equal(ConfinementLayer.SystemCallFilter);

    [Test]
    public void Without_one_the_status_says_what_happened() =>
        MacLayers.Describe(new ProfileChoice(null, "dyld: gone"), Tools, Request, isRoot: false).Where(static layer => !layer.IsOn && layer.Reason.EndsWith("dyld: gone", StringComparison.Ordinal))
            .Select(static layer => layer.Layer).Should().Equal(ConfinementLayer.NoNewPrivileges, ConfinementLayer.EmptyNetwork, ConfinementLayer.PrivateFiles, ConfinementLayer.PrivateProcesses);

    [Test]
    public void Root_is_told_to_be_an_ordinary_user() =>
        MacLayers.Describe(new ProfileChoice("system.sb", null), Tools, Request, isRoot: true).Single(static layer => layer.Layer is ConfinementLayer.UnprivilegedUser)
            .Should().Be(new ConfinementLayerStatus(ConfinementLayer.UnprivilegedUser, false, "the host process is root; run it as an ordinary user"));

    [Test]
    public void Every_layer_but_QEMUs_own_is_spoken_of() =>
        MacLayers.Describe(new ProfileChoice("system.sb", null), Tools, Request, isRoot: false).Select(static layer => layer.Layer)
            .Should().BeEquivalentTo(Enum.GetValues<ConfinementLayer>().Where(static layer => layer is not ConfinementLayer.QemuSeccomp));
}
