using DesktopGrid.VmSandbox.Boinc.JobXml;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Tests.JobXml;

public sealed class JobMacrosTests
{
    private readonly JobMacros _macros = new("/work/project", "/work", 3);

    [TestCase("$PROJECT_DIR/data", "/work/project/data")]
    [TestCase("--threads $NTHREADS in $PWD", "--threads 3 in /work")]
    [TestCase("boinc_resolve(in) boinc_resolve( out )", "in out")]
    [TestCase("costs $5 and $lower", "costs $5 and $lower")]
    [TestCase("", "")]
    public void They_mean_what_they_mean_in_the_guest(string text, string expected) => _macros.Expand(text).Should().Be(expected);

    [Test]
    public void One_that_does_not_exist_is_named() =>
        ((Action)(() => _macros.Expand("$PROJECTS_DIR/x"))).Should().Throw<BoincException>().WithMessage("job.xml has an unknown macro: $PROJECTS_DIR.");

    [Test]
    public void A_gpu_is_refused() =>
        ((Action)(() => _macros.Expand("--device $GPU_DEVICE_NUM"))).Should().Throw<BoincException>().Which.Code.Should().Be(SandboxErrorCode.BoincUnsupported);

    [TestCase("a  b\tc", "a|b|c")]
    [TestCase("\"two words\" 'and three more'", "two words|and three more")]
    [TestCase("--name=\"a b\"", "--name=a b")]
    [TestCase("\"\" x", "|x")]
    [TestCase("", "")]
    public void Arguments_are_taken_apart_as_the_stock_wrapper_does(string text, string expected) => string.Join('|', ArgumentText.Split(text)).Should().Be(expected);
}
