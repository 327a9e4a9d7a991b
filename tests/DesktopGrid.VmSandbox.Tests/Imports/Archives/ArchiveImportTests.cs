using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using DesktopGrid.VmSandbox.Images.Layers;

namespace DesktopGrid.VmSandbox.Tests.Imports.Archives;

/// <summary>Good archives of every form, as the framework's own writer makes them.</summary>
[CancelAfter(120_000)]
public sealed class ArchiveImportTests
{
    private ImportBench _bench = null!;

    [SetUp]
    public void Open() => _bench = new ImportBench();

    [TearDown]
    public async Task CloseAsync() => await _bench.DisposeAsync();

    [TestCase(TarEntryFormat.V7)]
    [TestCase(TarEntryFormat.Ustar)]
    [TestCase(TarEntryFormat.Pax)]
    [TestCase(TarEntryFormat.Gnu)]
    public async Task Files_folders_and_links_of_every_form_are_taken_over(TarEntryFormat format)
    {
        var layer = await _bench.ImportAsync(Write(format));

        var entries = _bench.Read(layer);
        entries.Keys.Should().BeEquivalentTo("usr", "usr/tool", "usr/same", "usr/link", "secret", "opt", "opt/deep", "opt/deep/f");
        entries["usr"].Mode.Should().Be(0x41EDu);
        entries["usr/tool"].Should().BeEquivalentTo(new { Mode = 0x81EDu, Links = 2u, Time = new DateTimeOffset(2001, 9, 9, 1, 46, 40, TimeSpan.Zero) }, "its mark to become another user is gone");
        entries["usr/same"].Extents.Should().Equal(entries["usr/tool"].Extents);
        entries["usr/link"].Target.Should().Be("../opt/deep");
        entries["secret"].Mode.Should().Be(0x81A4u, "the task is the only user");
        entries["opt"].Mode.Should().Be(0x41EDu, "a folder that no entry tells is made");
        _bench.Text(layer, "opt/deep/f").Should().Be("deep");
        layer.Should().BeEquivalentTo(new { Name = "layer", Kind = LayerKind.Addition, Architecture = "x86_64", FileSystem = "iso9660", Machines = 0, Fault = (string?)null });
    }

    [TestCase(TarEntryFormat.Pax)]
    [TestCase(TarEntryFormat.Gnu)]
    public async Task Long_names_and_targets_are_taken_over(TarEntryFormat format)
    {
        using var buffer = new MemoryStream();
        using (var writer = new TarWriter(buffer, format, leaveOpen: true))
        {
            Put(writer, format, TarEntryType.RegularFile, $"{new string('d', 200)}/{new string('ü', 126)}", "far");
            Put(writer, format, TarEntryType.SymbolicLink, "l", target: string.Join('/', Enumerable.Repeat("longer", 140)));
        }

        var layer = await _bench.ImportAsync(buffer.ToArray());

        _bench.Text(layer, $"{new string('d', 200)}/{new string('ü', 126)}").Should().Be("far");
        _bench.Read(layer)["l"].Target.Should().HaveLength(979);
    }

    [TestCase("archive.tar.gz")]
    [TestCase("archive.tar.br")]
    public async Task Packed_archives_are_unpacked(string name)
    {
        using var buffer = new MemoryStream();
        using (Stream packer = name.EndsWith(".br", StringComparison.Ordinal) ? new BrotliStream(buffer, CompressionLevel.Fastest) : new GZipStream(buffer, CompressionLevel.Fastest))
        {
            packer.Write(Write(TarEntryFormat.Ustar));
        }

        _bench.Text(await _bench.ImportAsync(buffer.ToArray(), name), "opt/deep/f").Should().Be("deep");
    }

    [Test]
    public async Task The_same_files_are_the_same_layer_whatever_they_came_in()
    {
        var first = await _bench.ImportAsync(new TarBytes().File("b", "2").File("a", "1").Whole());
        var second = await _bench.ImportAsync(new TarBytes().File("a", "1").File("b", "2").Whole());
        var third = await _bench.ImportAsync(new TarBytes().File("./b", "2").File("a", "1").Whole());

        third.Id.Should().Be(first.Id);
        _bench.Read(second).Keys.Should().BeEquivalentTo(_bench.Read(first).Keys);
    }

    [Test]
    public async Task The_last_entry_of_a_name_counts()
    {
        var layer = await _bench.ImportAsync(new TarBytes().File("a", "old").Link("b", "a").File("c/d", "old").File("a", "new").File("b", "file").File("c", "flat").Folder("c").File("c/e").Whole());

        _bench.Read(layer).Keys.Should().BeEquivalentTo("a", "b", "c", "c/e");
        (_bench.Text(layer, "a"), _bench.Text(layer, "b")).Should().Be(("new", "file"));
    }

    [TestCase("bin/sh", LayerKind.Root)]
    [TestCase("usr/bin/sh", LayerKind.Root)]
    [TestCase("usr/bin/python3", LayerKind.Addition)]
    public async Task An_archive_with_a_shell_is_a_root_unless_it_is_said_otherwise(string program, LayerKind kind)
    {
        var archive = new TarBytes().Program(program).Whole();

        (await _bench.ImportAsync(archive)).Kind.Should().Be(kind);
        (await _bench.ImportAsync(archive, alter: static import => import with { Kind = LayerKind.Addition })).Kind.Should().Be(LayerKind.Addition);
    }

    [Test]
    public async Task A_few_libraries_of_an_older_processor_do_no_harm() =>
        (await _bench.ImportAsync(new TarBytes().Program("a").Program("b").Program("c", 3).Whole())).Architecture.Should().Be("x86_64");

    [Test]
    public async Task Archives_behind_the_end_are_not_read() =>
        _bench.Read(await _bench.ImportAsync([.. new TarBytes().File("a").Whole(), .. new TarBytes().File("b").Whole()])).Keys.Should().Equal("a");

    private static byte[] Write(TarEntryFormat format)
    {
        using var buffer = new MemoryStream();
        using (var writer = new TarWriter(buffer, format, leaveOpen: true))
        {
            Put(writer, format, TarEntryType.Directory, "./usr/", mode: UnixFileMode.UserExecute | UnixFileMode.UserRead | UnixFileMode.UserWrite);
            Put(writer, format, format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile, "./usr/tool", "content", mode: UnixFileMode.SetUser | (UnixFileMode)0x1FF);
            Put(writer, format, TarEntryType.HardLink, "./usr/same", target: "./usr/tool", mode: (UnixFileMode)0x1FF);
            Put(writer, format, TarEntryType.SymbolicLink, "./usr/link", target: "../opt/deep");
            Put(writer, format, format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile, "./secret", "s", mode: UnixFileMode.UserRead | UnixFileMode.UserWrite);
            Put(writer, format, format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile, "opt/deep/f", "deep");
        }

        return buffer.ToArray();
    }

    private static void Put(TarWriter writer, TarEntryFormat format, TarEntryType type, string name, string? content = null, string? target = null, UnixFileMode mode = UnixFileMode.UserRead)
    {
        TarEntry entry = format switch
        {
            TarEntryFormat.V7 => new V7TarEntry(type, name),
            TarEntryFormat.Ustar => new UstarTarEntry(type, name),
            TarEntryFormat.Gnu => new GnuTarEntry(type, name),
            _ => new PaxTarEntry(type, name),
        };
        (entry.Mode, entry.ModificationTime) = (mode, DateTimeOffset.FromUnixTimeSeconds(1_000_000_000));
        if (target is not null)
        {
            entry.LinkName = target;
        }

        if (content is not null)
        {
            entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content));
        }

        writer.WriteEntry(entry);
    }
}
