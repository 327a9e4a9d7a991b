using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Linux;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Tests.Platform.Linux;

[Platform("Linux")]
[Category("AlsoAsRoot")]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class LinuxLayersTests
{
    private static readonly LaunchRequest Request = new() { FileName = "/q", Confinement = new ConfinementPlan { Identity = "m", MaxFileBytes = 1 } };
    private static readonly LinuxTools All = new() { SetSession = "a", Limits = "b", Scheduler = "c", Nice = "d", DiskScheduler = "e", Privileges = "f", Bubblewrap = "g" };

    [Test]
    public void With_all_tools_all_is_on() => Describe(All, Request).Should().OnlyContain(static layer => layer.IsOn);

    [Test]
    public void Without_bubblewrap_four_layers_are_off_and_say_what_to_install()
    {
        var off = Describe(All with { Bubblewrap = null }, Request).Where(static layer => !layer.IsOn).ToList();
        off.Select(static layer => layer.Layer).Should().Equal(ConfinementLayer.SystemCallFilter, ConfinementLayer.EmptyNetwork, ConfinementLayer.PrivateFiles, ConfinementLayer.PrivateProcesses);
        off.Should().OnlyContain(static layer => layer.Reason.Contains("apt install bubblewrap"));
    }

    [Test]
    public void Without_any_tool_only_what_needs_none_is_on() =>
        Describe(new LinuxTools(), Request).Where(static layer => layer.IsOn).Select(static layer => layer.Layer)
            .Should().Equal(LinuxNative.IsRoot ? [] : [ConfinementLayer.UnprivilegedUser]);

    [Test]
    public void What_was_not_asked_for_is_off()
    {
        var off = Describe(All, Request with { DieWithParent = false, Priority = ProcessPriority.Normal, Confinement = new ConfinementPlan { Identity = "m" } }).Where(static layer => !layer.IsOn);
        off.Select(static layer => (layer.Layer, layer.Reason)).Should().Equal(
            (ConfinementLayer.FileSizeLimit, "no bound was asked for"),
            (ConfinementLayer.DiesWithParent, "the machine was told to outlive its host process"),
            (ConfinementLayer.LowPriority, "normal priority was asked for"));
    }

    [Test]
    public void Every_layer_but_QEMUs_own_is_spoken_of() =>
        Describe(All, Request).Select(static layer => layer.Layer).Should().BeEquivalentTo(Enum.GetValues<ConfinementLayer>().Where(static layer => layer is not ConfinementLayer.QemuSeccomp));

    private static IReadOnlyList<ConfinementLayerStatus> Describe(LinuxTools tools, LaunchRequest request)
    {
        using var confinement = new LinuxConfinement(TimeProvider.System);
        return confinement.Describe(tools, request);
    }
}
