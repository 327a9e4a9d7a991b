using DesktopGrid.VmSandbox.Boinc.Control.AppInfo;
using DesktopGrid.VmSandbox.Boinc.Control.ClientState;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.AppInfo;

/// <summary>Plan classes: what a guest's processor has, and what it has not.</summary>
[TestFixture]
public sealed class PlanClassRuleTests
{
    [TestCase("")]
    [TestCase("sse2")]
    [TestCase("sse42")]
    [TestCase("avx")]
    [TestCase("avx2")]
    [TestCase("fma")]
    [TestCase("mt")]
    [TestCase("nci")]
    [TestCase("shared")]
    [TestCase("amd64")]
    [TestCase("calibration")]
    public void What_the_guest_has_is_taken(string name) => Refusal(name).Should().BeNull();

    [TestCase("cuda102", "graphics")]
    [TestCase("opencl_intel_gpu_101", "graphics")]
    [TestCase("opencl_ati_100", "graphics")]
    [TestCase("ati14", "graphics")]
    [TestCase("vulkan", "graphics")]
    [TestCase("vbox64_mt", "virtual machine")]
    [TestCase("docker", "container")]
    [TestCase("avx512", "Haswell")]
    [TestCase("linux_avx512_mt", "Haswell")]
    [TestCase("fma4", "Haswell")]
    [TestCase("neon", "another kind of processor")]
    public void What_it_has_not_is_refused_with_the_reason(string name, string reason) => Refusal(name).Should().Contain(reason);

    private static string? Refusal(string planClass) => PlanClassRule.Refusal(new AppVersion { Tuple = new VersionTuple("a", "x86_64-pc-linux-gnu", 1, planClass), Files = [] });
}
