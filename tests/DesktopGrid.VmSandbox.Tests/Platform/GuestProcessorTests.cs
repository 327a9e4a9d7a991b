using System.Runtime.InteropServices;
using DesktopGrid.VmSandbox.Platform;

namespace DesktopGrid.VmSandbox.Tests.Platform;

public sealed class GuestProcessorTests
{
    [Test]
    public void A_host_of_the_guests_kind_may_help() => GuestProcessor.AbsenceOn(Architecture.X64).Should().BeNull();

    [TestCase(Architecture.Arm64)]
    [TestCase(Architecture.RiscV64)]
    [TestCase(Architecture.X86)]
    public void Any_other_can_only_emulate(Architecture host) =>
        GuestProcessor.AbsenceOn(host).Should().Be($"this computer's processor is {host}, which can only emulate the x86-64 of the guest");
}
