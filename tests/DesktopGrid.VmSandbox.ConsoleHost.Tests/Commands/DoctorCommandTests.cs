using DesktopGrid.VmSandbox.ConsoleHost.Tests.Support;

namespace DesktopGrid.VmSandbox.ConsoleHost.Tests.Commands;

[CancelAfter(300_000)]
public sealed class DoctorCommandTests
{
    [Test]
    [Category("AlsoAsRoot")]
    public async Task The_doctor_boots_a_guest_and_tells_each_layer_and_each_accelerator(CancellationToken cancellationToken)
    {
        using var store = new ConsoleStore();
        // Without a named accelerator: every candidate of this computer is proven.
        var words = (string[])[.. SampleProcess.Words("vmsandbox.dll"), "--store", store.File("store"), "doctor"];

        var diagnosis = (await SampleProcess.RunAsync([.. words, "--json"], cancellationToken: cancellationToken)).ShouldEndWith(0).Json;

        diagnosis.GetProperty("isReady").GetBoolean().Should().BeTrue();
        diagnosis.GetProperty("qemuVersion").GetString().Should().NotBeEmpty();
        diagnosis.GetProperty("pingTime").GetDouble().Should().BePositive();
        diagnosis.GetProperty("accelerators").EnumerateArray().Select(static verdict => verdict.GetProperty("accelerator").GetString()).Should().Contain("tcg");
        diagnosis.GetProperty("confinement").EnumerateArray().Should().NotBeEmpty().And.OnlyContain(static layer => layer.GetProperty("reason").GetString()!.Length > 0);
        store.ShouldHaveNothingLeft();
    }

    [Test]
    public async Task Where_qemu_and_image_are_missing_the_doctor_says_how_to_get_them(CancellationToken cancellationToken)
    {
        using var store = new ConsoleStore();

        var outcome = (await store.RunAsync(cancellationToken, "--qemu", "/nowhere/qemu", "--guest-image", "/nowhere/image", "doctor")).ShouldEndWith(69);

        outcome.Output.Should().Contain("MISSING (qemu): QEMU is not at /nowhere/qemu").And.Contain("apt install qemu-system-x86");
        outcome.Output.Should().Contain("MISSING (image)").And.EndWith("Not ready: no job can run here until what is missing is there.\n");
    }
}
