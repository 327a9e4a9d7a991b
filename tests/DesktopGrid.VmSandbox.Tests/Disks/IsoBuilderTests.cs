using System.Text;
using DesktopGrid.VmSandbox.Disks;

namespace DesktopGrid.VmSandbox.Tests.Disks;

/// <summary>A disk whose files come before its directories, read by the standard's tables.</summary>
[CancelAfter(120_000)]
internal sealed class IsoBuilderTests
{
    private static readonly DateTimeOffset _time = new(1999, 12, 31, 23, 59, 58, TimeSpan.Zero);

    private readonly MemoryStream _disk = new();

    [Test]
    public async Task Modes_times_targets_and_bytes_are_where_the_directories_say()
    {
        var builder = new IsoBuilder(_disk);
        var (one, two) = (await AppendAsync(builder, "first"), await AppendAsync(builder, new string('2', 5000)));
        var length = await builder.FinishAsync(
            [
                Item("", IsoItem.Folder | 0b111_101_101),
                Item("bin", IsoItem.Folder | 0b101_101_101),
                Item("bin/tool", IsoItem.File | 0b111_101_101) with { Extent = one, Names = 2 },
                Item("bin/same", IsoItem.File | 0b111_101_101) with { Extent = one, Names = 2 },
                Item("data", IsoItem.File | 0b110_100_100) with { Extent = two },
                Item("empty", IsoItem.File | 0b110_100_100),
                Item("link", IsoItem.Link | 0b111_111_111) with { Target = "bin/tool" },
                Item(new string('l', 253), IsoItem.Link | 0b111_111_111) with { Target = "/" + string.Join('/', Enumerable.Repeat("m", 511)) },
                Item("void", IsoItem.Folder | 0b111_101_101),
            ],
            CancellationToken.None);

        length.Should().Be(_disk.Length);
        var reader = new IsoReader(_disk.ToArray());
        var entries = reader.Read();
        (reader.VolumeSectors * 2048).Should().Be(length);
        entries.Should().HaveCount(8);
        entries.Values.Should().OnlyContain(static entry => entry.Time == _time);
        entries["bin"].Mode.Should().Be(0x416D);
        entries["bin/tool"].Should().BeEquivalentTo(new { Mode = 0x81EDu, Links = 2u });
        entries["bin/same"].Extents.Should().Equal(entries["bin/tool"].Extents);
        Text(entries["bin/tool"]).Should().Be("first");
        Text(entries["data"]).Should().Be(new string('2', 5000));
        entries["empty"].Length.Should().Be(0);
        entries["link"].Target.Should().Be("bin/tool");
        entries[new string('l', 253)].Target.Should().HaveLength(1022).And.StartWith("/m/m").And.EndWith("m/m");
    }

    [Test]
    public async Task Names_and_targets_of_every_length_find_their_place()
    {
        var builder = new IsoBuilder(_disk);
        var links = Enumerable.Range(1, 253).Select(static length => Item(new string('n', length), IsoItem.Link | 0b111_111_111) with { Target = new string('t', 254 - length) }).ToList();

        await builder.FinishAsync([Item("", IsoItem.Folder | 0b111_101_101), .. links], CancellationToken.None);

        var entries = new IsoReader(_disk.ToArray()).Read();
        links.Should().OnlyContain(link => entries[link.Path].Target == link.Target);
    }

    private static IsoItem Item(string path, uint mode) => new(path, mode, _time);

    private static Task<IsoExtent> AppendAsync(IsoBuilder builder, string text) =>
        builder.AppendAsync(new MemoryStream(Encoding.ASCII.GetBytes(text)), static _ => ValueTask.CompletedTask, CancellationToken.None);

    private string Text(IsoEntry entry) => string.Concat(entry.Extents.Select(extent => Encoding.ASCII.GetString(_disk.ToArray(), (int)(extent.Sector * 2048), (int)extent.Length)));
}
