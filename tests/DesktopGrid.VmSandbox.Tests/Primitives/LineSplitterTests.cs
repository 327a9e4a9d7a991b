using System.Text;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Tests.Primitives;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class LineSplitterTests
{
    private readonly List<string> _lines = [];

    [Test]
    public void A_line_is_given_out_when_its_end_comes()
    {
        var splitter = new LineSplitter(_lines.Add);

        splitter.Add("one\ntw"u8);
        _lines.Should().Equal("one");
        splitter.Add("o\n\nthree"u8);
        _lines.Should().Equal("one", "two", "");
        splitter.Flush();
        splitter.Flush();
        _lines.Should().Equal("one", "two", "", "three");
    }

    [Test]
    public void The_ends_of_other_systems_are_taken_off()
    {
        new LineSplitter(_lines.Add).Add("one\r\ntwo\r\r\n\r\n"u8);

        _lines.Should().Equal("one", "two", "");
    }

    [Test]
    public void Bytes_that_come_one_by_one_make_the_same_lines()
    {
        var bytes = Encoding.UTF8.GetBytes("grüße\nπ ≈ 3.14\n\nend\n");
        var splitter = new LineSplitter(_lines.Add);

        foreach (var one in bytes)
        {
            splitter.Add([one]);
        }

        _lines.Should().Equal("grüße", "π ≈ 3.14", "", "end");
    }

    [Test]
    public void A_line_without_end_is_cut_in_pieces_and_never_held_whole()
    {
        var splitter = new LineSplitter(_lines.Add, maxLineBytes: 4);

        splitter.Add("abcdefghij\nkl"u8);
        splitter.Flush();

        _lines.Should().Equal("abcd", "efgh", "ij", "kl");
    }

    [Test]
    public void A_line_that_just_fits_stays_whole()
    {
        new LineSplitter(_lines.Add, maxLineBytes: 4).Add("abcd\nefgh\n"u8);

        _lines.Should().Equal("abcd", "efgh");
    }

    [Test]
    public void What_is_no_UTF_8_is_replaced()
    {
        new LineSplitter(_lines.Add).Add([0x61, 0xff, 0xfe, 0x62, (byte)'\n']);

        _lines.Should().Equal("a\ufffd\ufffdb");
    }
}
