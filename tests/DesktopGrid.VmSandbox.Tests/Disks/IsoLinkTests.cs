using System.Text;
using DesktopGrid.VmSandbox.Disks;

namespace DesktopGrid.VmSandbox.Tests.Disks;

public sealed class IsoLinkTests
{
    private static IEnumerable<string> Targets => new[] { "a", "/", ".", "..", "/usr/bin/sh", "../../x/./y", "日本語/ü", new string('x', 255), "/" + new string('x', 255) + "/" + new string('y', 255) }
        .Concat(Enumerable.Range(230, 30).Select(static length => "/" + new string('n', length) + "/tail"))
        .Concat(Enumerable.Range(115, 20).Select(static count => string.Join('/', Enumerable.Repeat("n", count))))
        .Append("/" + string.Join('/', Enumerable.Repeat("m", 511)));

    [TestCaseSource(nameof(Targets))]
    public void A_target_comes_back_as_Linux_puts_it_together(string target) => Decode(IsoLink.Encode(target)).Should().Be(target);

    [TestCase("a//b", "a/b")]
    [TestCase("a/", "a")]
    [TestCase("//x///", "/x")]
    public void Slashes_that_say_nothing_are_left_out(string target, string same) => Decode(IsoLink.Encode(target)).Should().Be(same);

    [Test]
    public void The_longest_target_fits_into_a_sector_beside_the_longest_name() =>
        (IsoLink.Encode(string.Join('/', Enumerable.Repeat("m", 512))).Length + 5 + IsoRecord.MaxNameBytes).Should().BeLessThanOrEqualTo(IsoBytes.SectorSize);

    [TestCase("")]
    [TestCase(1025)]
    public void One_that_cannot_be_is_refused(object target) =>
        FluentActions.Invoking(() => IsoLink.Encode(target is int length ? new string('a', length) : (string)target)).Should().Throw<ArgumentException>();

    private static string Decode(byte[] entries)
    {
        var target = new IsoTarget();
        while (entries.Length > 0)
        {
            Encoding.ASCII.GetString(entries, 0, 2).Should().Be("SL");
            target.Add(entries.AsSpan(0, entries[2]));
            entries = entries[entries[2]..];
        }

        return target.Text;
    }
}
