using System.Text.RegularExpressions;
using DesktopGrid.VmSandbox.Boinc.InitData;
using DesktopGrid.VmSandbox.Boinc.Tests.Support;

namespace DesktopGrid.VmSandbox.Boinc.Tests.InitData;

public sealed class GuestInitDataTests
{
    private readonly string _text = GuestInitData.Write(AppInitDataReader.Parse(InitDataText.Of()), 2, 512, "/work", "/work");

    [TestCase(InitDataText.Authenticator)]
    [TestCase("Ada")]
    [TestCase("Difference")]
    [TestCase("kitchen-pc")]
    [TestCase("192.168")]
    [TestCase("fedcba98")]
    [TestCase("/data")]
    [TestCase("blue")]
    [TestCase("example.org")]
    [TestCase("1234")]
    public void Nothing_of_the_account_and_of_the_host_is_in_it(string secret)
    {
        InitDataText.Of().Should().Contain(secret);
        _text.Should().NotContain(secret);
    }

    [Test]
    public void What_a_program_computes_with_is_in_it()
    {
        var data = AppInitDataReader.Parse(_text);

        (data.AppName, data.WorkUnit, data.Result).Should().Be(("docking", "wu_1", "wu_1_0"));
        data.EarlierCpuTime.Should().Be(TimeSpan.FromSeconds(12.5));
        data.Processors.Should().Be(2);
        data.ClientProcess.Should().Be(1, "that process exists in every guest");
        data.SharedMemoryKey.Should().Be(-1);
        data.AppFiles.Should().HaveCount(2);
    }

    [Test]
    public void It_is_written_as_the_librarys_line_reader_wants_it() =>
        _text.Split('\n').Should().Contain("  <checkpoint_period>60.000000</checkpoint_period>").And.NotContain(static line => Regex.IsMatch(line, "<[a-z_]+ />"));
}
