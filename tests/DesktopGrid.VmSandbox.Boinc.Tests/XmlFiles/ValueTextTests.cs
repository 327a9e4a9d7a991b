using System.Text;
using DesktopGrid.VmSandbox.Boinc.Control.Markup;
using DesktopGrid.VmSandbox.Boinc.XmlFiles;

namespace DesktopGrid.VmSandbox.Boinc.Tests.XmlFiles;

/// <summary>What a value means is the same to whoever reads it: the wrapper a file of the slot, the checkbox the client's state.</summary>
public sealed class ValueTextTests
{
    private static readonly MarkupLimits Limits = new(1000, 4, 10);

    [TestCase("<x/>", true)]
    [TestCase("<x></x>", true)]
    [TestCase("<x>1</x>", true)]
    [TestCase("<x> 1 </x>", true)]
    [TestCase("<x>-2</x>", true)]
    [TestCase("<x>0</x>", false)]
    [TestCase("<x>0.0</x>", false)]
    [TestCase("<x>false</x>", false)]
    [TestCase("<x>true</x>", false, Description = "the client's parser takes numbers only")]
    [TestCase("<y/>", false)]
    public void A_flag(string text, bool expected) =>
        (BoincXml.Parse($"<r>{text}</r>", "r", "it").Flag("x"), Markup(text).Flag("x")).Should().Be((expected, expected));

    [TestCase("7", 7)]
    [TestCase("7.000000", 7)]
    [TestCase("-7", -7)]
    [TestCase("2147483647", int.MaxValue)]
    public void A_whole_number(string text, int expected) =>
        (BoincXml.Parse($"<r><x>{text}</x></r>", "r", "it").Whole("x"), Markup($"<x>{text}</x>").Whole("x")).Should().Be((expected, expected));

    [TestCase("7.5")]
    [TestCase("2147483648")]
    [TestCase("1e99")]
    [TestCase("nan")]
    [TestCase("seven")]
    public void What_is_no_whole_number_is_none(string text)
    {
        FluentActions.Invoking(() => BoincXml.Parse($"<r><x>{text}</x></r>", "r", "it").Whole("x")).Should().Throw<BoincException>();
        Markup($"<x>{text}</x>").Whole("x").Should().BeNull();
    }

    [TestCase("<status>-5</status>", -5.0)]
    [TestCase("<status>1.5e2</status>", 150.0)]
    [TestCase("<status>1.5", null)]
    [TestCase("<status></status>", null)]
    [TestCase("status", null)]
    public void A_number_of_a_channel(string text, double? expected) => ValueText.Behind(text, "status").Should().Be(expected);

    [Test]
    public void What_the_clients_parser_does_not_mind_is_read_of_a_slots_files_as_well() =>
        BoincXml.Parse("\n<?xml version=\"1.0\"?>\n<r><x>a & b < c</x></r>", "r", "it").Text("x").Should().Be("a & b < c");

    [Test]
    public void A_mark_of_UTF8_is_no_text() => MarkupReader.Read([0xef, 0xbb, 0xbf, .. "<r><x>é</x></r>"u8], "it", Limits).Value("x").Should().Be("é");

    private static Element Markup(string text) => MarkupReader.Read(Encoding.UTF8.GetBytes($"<r>{text}</r>").AsSpan(), "it", Limits);
}
