using DesktopGrid.VmSandbox.ConsoleHost.Jobs;

namespace DesktopGrid.VmSandbox.ConsoleHost.Tests.Jobs;

public sealed class QuantitiesTests
{
    [TestCase("90", 90)]
    [TestCase("1.5s", 1.5)]
    [TestCase("250ms", 0.25)]
    [TestCase("15m", 900)]
    [TestCase("2h", 7200)]
    [TestCase("1d", 86400)]
    [TestCase("0", 0)]
    public void A_time_has_a_unit_or_is_in_seconds(string text, double seconds) => Quantities.Duration(text).Should().Be(TimeSpan.FromSeconds(seconds));

    [TestCase("")]
    [TestCase("s")]
    [TestCase("-1s")]
    [TestCase("1w")]
    [TestCase("1 h")]
    [TestCase("1e300")]
    [TestCase("9999999d")]
    [TestCase("NaN")]
    public void What_is_no_time_is_none(string text) => Quantities.Duration(text).Should().BeNull();

    [TestCase("0", 0)]
    [TestCase("512", 512)]
    [TestCase("4k", 4096)]
    [TestCase("16M", 16L << 20)]
    [TestCase("2G", 2L << 30)]
    [TestCase("1T", 1L << 40)]
    public void A_size_has_a_unit_or_is_in_bytes(string text, long bytes) => Quantities.Size(text).Should().Be(bytes);

    [TestCase("")]
    [TestCase("K")]
    [TestCase("-1")]
    [TestCase("1.5G")]
    [TestCase("1GB")]
    [TestCase("99999999T")]
    public void What_is_no_size_is_none(string text) => Quantities.Size(text).Should().BeNull();
}
