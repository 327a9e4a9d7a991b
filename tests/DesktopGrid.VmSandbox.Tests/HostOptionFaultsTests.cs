using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.Tests;

public sealed class HostOptionFaultsTests
{
    [Test]
    public void The_defaults_have_no_fault() => FluentActions.Invoking(new SandboxHostOptions().Demand).Should().NotThrow();

    [Test]
    public void All_faults_are_told_in_one_message()
    {
        var options = new SandboxHostOptions { StorePath = " ", GuestImage = "" };
        options.Qemu.ProofTimeout = TimeSpan.Zero;
        options.Qemu.RequiredLayers = [(ConfinementLayer)99];
        options.Session.TransferStallTimeout = TimeSpan.FromDays(1);
        (options.Budget.MemoryMiB, options.Budget.VirtualCpus, options.Budget.DiskBytes) = (191, 0, 1000);

        FluentActions.Invoking(options.Demand).Should().Throw<ArgumentException>().Which.Message.Should()
            .Contain("Budget.MemoryMiB").And.Contain("Budget.VirtualCpus").And.Contain("Budget.DiskBytes").And.Contain("StorePath").And.Contain("GuestImage").And.Contain("ProofTimeout").And.Contain("RequiredLayers").And.Contain("TransferStallTimeout");
    }

    [Test]
    public void Demanding_hardware_and_naming_emulation_contradict_each_other()
    {
        var options = new SandboxHostOptions();
        (options.Qemu.RequireHardware, options.Qemu.Accelerator) = (true, Accelerator.Tcg);

        FluentActions.Invoking(options.Demand).Should().Throw<ArgumentException>().Which.Message.Should().Contain("contradict");
    }

    [Test]
    public async Task Opening_a_host_checks_them_first()
    {
        var open = () => SandboxHost.OpenAsync(new SandboxHostOptions { StorePath = "" });

        await open.Should().ThrowAsync<ArgumentException>();
    }
}
