using System.Text;
using DesktopGrid.VmSandbox.Jobs.Running;

namespace DesktopGrid.VmSandbox.Tests.Jobs;

/// <summary>How far a program is, out of whatever it writes.</summary>
public sealed class FractionTextTests
{
    [TestCase("0", 0.0)]
    [TestCase("1", 1.0)]
    [TestCase(" 0.25\n", 0.25)]
    [TestCase("2.5e-1", 0.25)]
    [TestCase("", null)]
    [TestCase("half", null)]
    [TestCase("1.01", null)]
    [TestCase("-0.1", null)]
    [TestCase("0,5", null)]
    [TestCase("NaN", null)]
    [TestCase("Infinity", null)]
    [TestCase("1e400", null)]
    [TestCase("0x1", null)]
    public void A_fraction_is_a_number_from_0_to_1(string text, double? fraction) => FractionText.OfMessage(text).Should().Be(fraction);

    [TestCase("0.25", false, 0.25)]
    [TestCase("0.1\n0.2\n0.3\n", false, 0.3)]
    [TestCase("0.3 done\n", false, 0.3)]
    [TestCase("7", false, 1.0)]
    [TestCase("-2", false, 0.0)]
    [TestCase("0.5 1e999 NaN \uFFFD\0", false, 0.5)]
    [TestCase("25 0.5 x", true, 0.5)]
    [TestCase("25", true, null)]
    [TestCase(" 0.25", true, 0.25)]
    [TestCase("", false, null)]
    [TestCase("\n\n", true, null)]
    [TestCase("none", false, null)]
    public void The_last_number_of_a_file_counts_clamped(string text, bool isCut, double? fraction) => FractionText.OfFileEnd(text, isCut).Should().Be(fraction);

    [TestCase(@"(\d+)%", "done 40%", 0.4)]
    [TestCase(@"(\d+)", "done 40 % of it", 0.4)]
    [TestCase(@"([\d.]+)", "0.5", 0.5)]
    [TestCase(@"([\d.]+) *%", "0.5 %", 0.005)]
    [TestCase(@"(\d+)/(\d+)", "3/12", 0.25)]
    [TestCase(@"(\d+)/(\d+)", "13/12", 1.0)]
    [TestCase(@"(\d+)/(\d+)", "3/0", null)]
    [TestCase(@"(\S+)", "1e999", null)]
    [TestCase(@"(\d*)x", "x", null)]
    [TestCase(@"a(\d)?", "a", null)]
    [TestCase(@"(\d+)/(\d+)?", "3/", null)]
    [TestCase(@"(\d+)", "none", null)]
    public void A_line_says_a_fraction_a_percentage_or_so_many_of_how_many(string pattern, string line, double? fraction) =>
        FractionText.OfLine(FractionLines.Compile(pattern).Match(line), line).Should().Be(fraction);

    [Test]
    public void Only_the_newest_lines_of_a_flood_are_looked_at_and_only_their_beginnings()
    {
        var lines = new FractionLines(FractionLines.Compile(@"(\d+)%"));

        lines.Add(Encoding.UTF8.GetBytes("10%\n" + new string('\n', 100))).Should().BeNull("it lies too far back");
        lines.Add("20%\r30%\r40"u8).Should().Be(0.3);
        lines.Add("%\n"u8).Should().Be(0.4, "a line may come in parts");
        lines.Add(Encoding.UTF8.GetBytes(new string('x', 2000))).Should().BeNull();
        lines.Add("50%"u8).Should().BeNull();
        lines.Finish().Should().Be(0.5, "what is cut goes on as a line of its own");
        lines.Finish().Should().BeNull();
    }
}
