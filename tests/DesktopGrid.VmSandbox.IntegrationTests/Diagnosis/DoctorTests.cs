using DesktopGrid.VmSandbox.Diagnosis;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.IntegrationTests.Diagnosis;

/// <summary>The doctor boots a guest before he says that all is well, and what is missing is a finding of his, not an exception.</summary>
internal sealed class DoctorTests : StoreFixture
{
    [Test]
    [CancelAfter(180_000)]
    public async Task What_is_said_of_this_host_is_true(CancellationToken cancellationToken)
    {
        await using var host = await Store.OpenHostAsync(static options => options.Qemu.Accelerator = null);

        var found = await host.DiagnoseAsync(cancellationToken);

        Write(found);
        found.IsReady.Should().BeTrue();
        File.Exists(found.QemuPath).Should().BeTrue();
        found.QemuFoundBy.Should().BeOneOf("PATH", "environment variable VMSANDBOX_QEMU", "install folder");
        found.QemuVersion.Should().MatchRegex(@"^\d+\.\d+\.\d+");
        found.Image.Should().MatchRegex("^tiny [0-9a-f]{64}$");
        found.Accelerators.Should().Contain(static verdict => verdict.Accelerator == Accelerator.Tcg && verdict.IsProven).And.OnlyContain(static verdict => verdict.Reason.Length > 0);
        found.Accelerator.Should().Be(found.Accelerators.First(static verdict => verdict.IsProven).Accelerator);
        found.Assurance.Should().Be(found.Accelerator == Accelerator.Tcg ? AssuranceLevel.Emulation : AssuranceLevel.Hardware);
        found.Confinement.Select(static layer => layer.Layer).Should().BeEquivalentTo(Enum.GetValues<ConfinementLayer>());
        found.StartTime.Should().BePositive();
        found.PingTime.Should().BePositive().And.BeLessThan(found.StartTime!.Value);
        found.Findings.Should().NotContain(static finding => finding.IsFatal);
        found.Findings.Any(static finding => finding.Step == "accelerator").Should().Be(found.Assurance == AssuranceLevel.Emulation);
        found.Findings.Count(static finding => finding.Step == "confinement").Should().Be(found.Confinement.Count(static layer => !layer.IsOn));
    }

    [Test]
    public async Task A_missing_qemu_is_a_finding_with_the_command_that_installs_it()
    {
        await using var host = await Store.OpenHostAsync(static options => options.Qemu.EmulatorPath = "/nowhere/qemu");

        var found = await host.DiagnoseAsync();

        Write(found);
        (found.IsReady, found.QemuPath, found.Image is null).Should().Be((false, null, false));
        found.Findings.Should().ContainSingle(static finding => finding.IsFatal).Which.Should().Match<DiagnosisFinding>(static finding => finding.Step == "qemu" && finding.Message.Contains("apt install"));
    }

    [Test]
    public async Task A_missing_image_is_a_finding_with_what_to_do()
    {
        await using var host = await Store.OpenHostAsync(static options => options.GuestImage = "/nowhere/image");

        var found = await host.DiagnoseAsync();

        Write(found);
        (found.IsReady, found.Image, found.QemuPath is null).Should().Be((false, null, false));
        found.Findings.Should().ContainSingle(static finding => finding.IsFatal).Which.Should().Match<DiagnosisFinding>(static finding => finding.Step == "image" && finding.Message.Contains("build/guest.sh"));
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_guest_that_does_not_boot_is_a_finding_and_leaves_nothing(CancellationToken cancellationToken)
    {
        using var image = AlteredImage.ThatPanicsAtBoot();
        await using var host = await Store.OpenHostAsync(options => options.GuestImage = image.Folder);

        var found = await host.DiagnoseAsync(cancellationToken);

        Write(found);
        found.IsReady.Should().BeFalse();
        found.Findings.Should().ContainSingle(static finding => finding.IsFatal).Which.Should().Match<DiagnosisFinding>(static finding => finding.Step == "start" && finding.Message.Contains("Kernel panic"));
    }

    private static void Write(HostDiagnosis found)
    {
        foreach (var finding in found.Findings)
        {
            TestContext.Out.WriteLine($"{finding.Step}{(finding.IsFatal ? " (fatal)" : "")}: {finding.Message}");
        }
    }
}
