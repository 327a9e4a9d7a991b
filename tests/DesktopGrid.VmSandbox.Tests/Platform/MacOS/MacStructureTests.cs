using System.Runtime.InteropServices;
using DesktopGrid.VmSandbox.Platform.MacOS;

namespace DesktopGrid.VmSandbox.Tests.Platform.MacOS;

/// <summary>Sizes and places as macOS has them, from sys/proc_info.h and sys/resource.h.</summary>
public sealed class MacStructureTests
{
    [TestCase(typeof(BsdProcessInfo), 136)]
    [TestCase(typeof(ProcessUsageInfo), 96)]
    [TestCase(typeof(TimeBaseInfo), 8)]
    public void A_structure_has_the_size_of_its_original(Type structure, int size) => Marshal.SizeOf(structure).Should().Be(size);

    [TestCase(typeof(BsdProcessInfo), nameof(BsdProcessInfo.Status), 4)]
    [TestCase(typeof(BsdProcessInfo), nameof(BsdProcessInfo.Command), 48)]
    [TestCase(typeof(BsdProcessInfo), nameof(BsdProcessInfo.OpenFiles), 96)]
    [TestCase(typeof(BsdProcessInfo), nameof(BsdProcessInfo.StartSeconds), 120)]
    [TestCase(typeof(ProcessUsageInfo), nameof(ProcessUsageInfo.UserTime), 16)]
    [TestCase(typeof(ProcessUsageInfo), nameof(ProcessUsageInfo.ResidentSize), 64)]
    [TestCase(typeof(ProcessUsageInfo), nameof(ProcessUsageInfo.PhysicalFootprint), 72)]
    public void A_field_lies_where_its_original_does(Type structure, string field, int offset) => Marshal.OffsetOf(structure, field).Should().Be(offset);

    [Test]
    public void Ticks_are_nanoseconds_on_Intel() => new TimeBaseInfo { Numerator = 1, Denominator = 1 }.Of(2_500_000_000).Should().Be(TimeSpan.FromSeconds(2.5));

    [Test]
    public void Ticks_are_longer_on_Apple_silicon_and_a_year_of_them_does_not_overflow()
    {
        // A clock of 24 MHz.
        var timeBase = new TimeBaseInfo { Numerator = 125, Denominator = 3 };
        timeBase.Of(24_000_000).Should().Be(TimeSpan.FromSeconds(1));
        timeBase.Of(24_000_000UL * 60 * 60 * 24 * 365 * 100).Should().Be(TimeSpan.FromDays(36_500));
    }
}
