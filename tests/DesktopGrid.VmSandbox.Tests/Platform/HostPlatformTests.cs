using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Platform.Linux;

namespace DesktopGrid.VmSandbox.Tests.Platform;

[Platform("Linux")]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class HostPlatformTests
{
    [Test]
    public void Linux_gets_its_own_side()
    {
        using var platform = HostPlatform.Create(TimeProvider.System);
        platform.Should().BeOfType<LinuxPlatform>();
        platform.FileNames.Should().BeSameAs(StringComparer.Ordinal);
        platform.Qemu.HasOwnFilter.Should().BeTrue();
        platform.Qemu.FileName.Should().Be("qemu-system-x86_64");
    }

    [Test]
    public void Kvm_is_offered_with_the_reason_where_it_cannot_be_had()
    {
        using var platform = HostPlatform.Create(TimeProvider.System);
        var kvm = platform.Qemu.Accelerators.Should().ContainSingle().Subject;
        kvm.Name.Should().Be("kvm");
        kvm.Absence.Should().Be(!GuestProcessor.IsHosts ? GuestProcessor.AbsenceOn(System.Runtime.InteropServices.RuntimeInformation.OSArchitecture) : File.Exists("/dev/kvm") ? null : "this host has no /dev/kvm");
    }

    [Test]
    public void The_processor_tells_what_it_is_and_stays_the_same()
    {
        using var platform = HostPlatform.Create(TimeProvider.System);
        platform.Processor.Should().NotBeNullOrWhiteSpace().And.Be(platform.Processor);
        if (GuestProcessor.IsHosts)
        {
            platform.Processor.Should().Contain("model name:").And.Contain("sse2");
        }
    }
}
