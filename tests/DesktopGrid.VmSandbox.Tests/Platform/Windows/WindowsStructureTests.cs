using System.Runtime.InteropServices;
using DesktopGrid.VmSandbox.Platform.Activity;
using DesktopGrid.VmSandbox.Platform.Windows;

namespace DesktopGrid.VmSandbox.Tests.Platform.Windows;

/// <summary>Sizes and places as 64-bit Windows has them, from the SDK's headers (winbase.h, winnt.h, psapi.h).</summary>
public sealed class WindowsStructureTests
{
    [TestCase(typeof(StartupInfoEx), 112)]
    [TestCase(typeof(ProcessInformation), 24)]
    [TestCase(typeof(SecurityAttributes), 24)]
    [TestCase(typeof(ProcessMemoryCounters), 72)]
    [TestCase(typeof(MemoryPriority), 4)]
    [TestCase(typeof(JobBasicLimits), 64)]
    [TestCase(typeof(IoCounters), 48)]
    [TestCase(typeof(JobExtendedLimits), 144)]
    [TestCase(typeof(JobUserInterfaceLimits), 4)]
    [TestCase(typeof(SidAndAttributes), 16)]
    [TestCase(typeof(TokenDefaultDacl), 8)]
    [TestCase(typeof(TokenGroups), 24)]
    [TestCase(typeof(WindowsActivityMeter.SystemPowerStatus), 12)]
    [TestCase(typeof(WindowsActivityMeter.LastInputInfo), 8)]
    public void A_structure_has_the_size_of_its_original(Type structure, int size) => Marshal.SizeOf(structure).Should().Be(size);

    [TestCase(typeof(StartupInfoEx), nameof(StartupInfoEx.Flags), 60)]
    [TestCase(typeof(StartupInfoEx), nameof(StartupInfoEx.StandardInput), 80)]
    [TestCase(typeof(StartupInfoEx), nameof(StartupInfoEx.AttributeList), 104)]
    [TestCase(typeof(ProcessInformation), nameof(ProcessInformation.ProcessId), 16)]
    [TestCase(typeof(ProcessMemoryCounters), nameof(ProcessMemoryCounters.WorkingSetSize), 16)]
    [TestCase(typeof(JobBasicLimits), nameof(JobBasicLimits.LimitFlags), 16)]
    [TestCase(typeof(JobBasicLimits), nameof(JobBasicLimits.ActiveProcessLimit), 40)]
    [TestCase(typeof(JobBasicLimits), nameof(JobBasicLimits.PriorityClass), 56)]
    [TestCase(typeof(JobExtendedLimits), nameof(JobExtendedLimits.ProcessMemoryLimit), 112)]
    [TestCase(typeof(TokenGroups), nameof(TokenGroups.First), 8)]
    public void A_field_lies_where_its_original_does(Type structure, string field, int offset) => Marshal.OffsetOf(structure, field).Should().Be(offset);
}
