using System.Text;
using DesktopGrid.VmSandbox.Boinc.Control.Markup;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.Recorded;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.Markup;

/// <summary>The client's XML, which is not always XML.</summary>
[TestFixture]
public sealed class MarkupReaderTests
{
    private static readonly MarkupLimits Small = new(10_000, 5, 20);

    [TestCase("<a><b>Upper & Stub</b></a>", "Upper & Stub")]
    [TestCase("<a><b>Upper &amp; Stub</b></a>", "Upper & Stub")]
    [TestCase("<a><b>--a=1 & in < out</b></a>", "--a=1 & in < out")]
    [TestCase("<a><b>&#233;&#xe9;&bogus;</b></a>", "éé&bogus;")]
    [TestCase("<a><b><![CDATA[1 & 2 <c>]]></b></a>", "1 & 2 <c>")]
    [TestCase("<a><b>bell\u0007</b></a>", "bell")]
    [TestCase("<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n<a><!-- & --><b>x</b></a>", "x")]
    public void What_the_client_writes_is_read(string text, string expected) => Read(text).Value("b").Should().Be(expected);

    [Test]
    public void A_text_that_is_not_UTF8_is_read_byte_by_byte() =>
        MarkupReader.Read(Encoding.Latin1.GetBytes("<a><b>Jörg</b></a>").AsSpan(), "it", Small).Value("b").Should().Be("Jörg");

    [TestCase("", TestName = "Empty")]
    [TestCase("<a>", TestName = "Cut off")]
    [TestCase("<a></b>", TestName = "Crossed")]
    [TestCase("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", TestName = "A document type")]
    [TestCase("<a><b><c><d><e><f/></e></d></c></b></a>", TestName = "Too deep")]
    [TestCase("<a><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/></a>", TestName = "Too many elements")]
    public void What_is_no_file_of_BOINCs_is_refused(string text) =>
        FluentActions.Invoking(() => Read(text)).Should().Throw<BoincException>().Which.Code.Should().Be(SandboxErrorCode.BoincFileMalformed);

    [Test]
    public void A_file_that_is_too_long_is_refused() => FluentActions.Invoking(() => Read($"<a>{new string('x', 10_000)}</a>")).Should().Throw<BoincException>().WithMessage("*more than 10000 bytes*");

    [Test]
    public void A_flag_is_as_the_client_reads_it()
    {
        var root = Read("<a><yes/><one>1</one><no>0</no><odd>x</odd></a>");
        (root.Flag("yes"), root.Flag("one"), root.Flag("no"), root.Flag("odd"), root.Flag("missing")).Should().Be((true, true, false, false, false));
    }

    [Test]
    public void What_is_written_is_read_again()
    {
        var writer = new MarkupWriter();
        writer.Open("a");
        writer.Value("b", "<&>\n\"é\"");
        writer.Flag("c");
        writer.Close();
        var root = MarkupReader.Read(writer.ToBytes().AsSpan(), "it", Small);
        (root.Value("b"), root.Flag("c")).Should().Be(("<&> \"é\"", true));
    }

    [Test]
    public void A_damaged_state_is_read_or_refused() =>
        Mutations.Demand(Recording.Bytes(Recording.ClientState), static bytes => MarkupReader.Read(bytes.AsSpan(), "it", MarkupLimits.State));

    private static Element Read(string text) => MarkupReader.Read(Encoding.UTF8.GetBytes(text).AsSpan(), "it", Small);
}
