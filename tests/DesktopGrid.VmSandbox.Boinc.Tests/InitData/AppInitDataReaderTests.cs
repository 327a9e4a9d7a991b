using DesktopGrid.VmSandbox.Boinc.InitData;
using DesktopGrid.VmSandbox.Boinc.Tests.Support;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Tests.InitData;

public sealed class AppInitDataReaderTests
{
    [Test]
    public void What_a_client_writes_is_read()
    {
        var data = AppInitDataReader.Parse(InitDataText.Of(clientProcess: 77));

        data.ClientVersion.Should().Be(new Version(7, 20, 5));
        data.Result.Should().Be("wu_1_0");
        data.SharedMemoryKey.Should().Be(-1);
        data.ClientProcess.Should().Be(77);
        data.EarlierCpuTime.Should().Be(TimeSpan.FromSeconds(12.5));
        data.CheckpointPeriod.Should().Be(TimeSpan.FromSeconds(60));
        data.DiskBound.Should().Be(1e8);
        data.GpuDevice.Should().BeNull();
        data.AppFiles.Should().Equal("docking_1.00", "docking_job.xml");
    }

    [Test]
    public void A_projects_own_preferences_need_not_be_xml() => AppInitDataReader.Parse(InitDataText.Of()).AppName.Should().Be("docking", "there is a lone & in the preferences");

    [TestCase("<wu_cpu_time>12.500000", "<wu_cpu_time>soon", "init_data.xml: <wu_cpu_time> in <app_init_data> is no such number: \"soon\".")]
    [TestCase("<wu_cpu_time>12.500000", "<wu_cpu_time>-1", "<wu_cpu_time> in init_data.xml is out of its range.")]
    [TestCase("<slot>0", "<slot>-1", "<slot> in init_data.xml is out of its range.")]
    [TestCase("<result_name>wu_1_0", "<result_name>", "init_data.xml: <app_init_data> has no <result_name>.")]
    [TestCase("<ncpus>1.000000", "<ncpus>1e999", "init_data.xml: <ncpus> in <app_init_data> is no such number: \"1e999\".")]
    public void What_is_wrong_is_said(string what, string with, string sentence) =>
        Reading(InitDataText.Of().Replace(what, with)).Should().Throw<BoincException>().Where(e => e.Sentence == sentence).Which.Code.Should().Be(SandboxErrorCode.BoincFileMalformed);

    [Test]
    public void A_file_that_is_cut_is_said_to_be_so() =>
        Reading(InitDataText.Of()[..300]).Should().Throw<BoincException>().WithMessage("init_data.xml is no well-formed XML: line *");

    [Test]
    public void A_file_of_another_kind_is_named() => Reading("<html></html>").Should().Throw<BoincException>().WithMessage("init_data.xml begins with <html>; <app_init_data> is expected.");

    [Test]
    public void A_document_type_is_refused() => Reading("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><app_init_data>&b;</app_init_data>").Should().Throw<BoincException>();

    [Test]
    public void What_is_nested_without_end_is_refused() =>
        Reading($"<app_init_data>{string.Concat(Enumerable.Repeat("<a>", 100))}").Should().Throw<BoincException>().WithMessage("*more than 32 deep.");

    [Test]
    public void A_missing_file_is_another_failure_than_a_damaged_one() =>
        ((Action)(() => AppInitDataReader.Read("/nowhere/init_data.xml"))).Should().Throw<BoincException>().Which.Code.Should().Be(SandboxErrorCode.BoincFileMissing);

    private static Action Reading(string text) => () => AppInitDataReader.Parse(text);
}
