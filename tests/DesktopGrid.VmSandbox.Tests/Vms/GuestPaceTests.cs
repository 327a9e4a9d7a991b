using DesktopGrid.VmSandbox.Vms.Boundary;

namespace DesktopGrid.VmSandbox.Tests.Vms;

public sealed class GuestPaceTests
{
    [TestCase(2.9, 3.0, false)]
    [TestCase(0.1, 30.0, false, Description = "most of it went by before the kernel's clock was set")]
    [TestCase(4.2, 3.0, false)]
    [TestCase(18.0, 3.0, true)]
    [TestCase(5.0, 3.0, true)]
    public void A_clock_that_runs_ahead_is_found(double guest, double host, bool isFault)
    {
        var fault = GuestPace.Fault(TimeSpan.FromSeconds(guest), TimeSpan.FromSeconds(host));

        (fault is not null).Should().Be(isFault);
        fault?.IsTransient.Should().BeTrue();
    }
}
