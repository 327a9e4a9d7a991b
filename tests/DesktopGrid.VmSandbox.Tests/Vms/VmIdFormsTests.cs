using System.Text.Json;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Tests.Vms;

public sealed class VmIdFormsTests
{
    [Test]
    public void A_new_id_has_twelve_digits_and_can_be_read_again()
    {
        var id = VmId.New();

        id.ToString().Should().MatchRegex("^[0-9a-f]{12}$");
        VmId.Parse(id.ToString()).Should().Be(id);
    }

    [TestCase("")]
    [TestCase("0123456789a")]
    [TestCase("0123456789abc")]
    [TestCase("0123456789AB")]
    [TestCase("../../../etc")]
    public void What_is_no_id_is_refused(string text)
    {
        VmId.TryParse(text, out _).Should().BeFalse();
        FluentActions.Invoking(() => VmId.Parse(text)).Should().Throw<FormatException>();
    }

    [Test]
    public void In_json_an_id_is_its_text()
    {
        var id = VmId.Parse("0123456789ab");

        JsonSerializer.Serialize(new { Machine = id }).Should().Be("""{"Machine":"0123456789ab"}""");
        JsonSerializer.Deserialize<VmId>("\"0123456789ab\"").Should().Be(id);
        JsonSerializer.Deserialize<VmId>("\"\"").Should().Be(default(VmId));
    }

    [TestCase("\"short\"")]
    [TestCase("12")]
    [TestCase("null")]
    public void What_is_no_id_in_json_is_refused(string json) =>
        FluentActions.Invoking(() => JsonSerializer.Deserialize<VmId>(json)).Should().Throw<JsonException>();
}
