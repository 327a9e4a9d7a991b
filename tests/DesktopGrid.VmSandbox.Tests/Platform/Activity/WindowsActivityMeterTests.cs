using DesktopGrid.VmSandbox.Platform.Activity;

namespace DesktopGrid.VmSandbox.Tests.Platform.Activity;

public sealed class WindowsActivityMeterTests
{
    [TestCase(1000u, 4000u, 3000)]
    [TestCase(uint.MaxValue - 999, 1000u, 2000, TestName = "the count has begun anew since")]
    [TestCase(4000u, 3900u, 0, TestName = "a program's input is said to come a moment later")]
    [TestCase(5u, 4u, 0)]
#pragma warning disable CA1416 // Numbers only: nothing of Windows is asked.
    public void The_time_since_the_last_input_is_never_long_for_a_small_fault(uint input, uint now, int milliseconds) =>
        WindowsActivityMeter.Between(input, now).Should().Be(TimeSpan.FromMilliseconds(milliseconds));
}
