using System.IO.Compression;
using System.Text;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Imports.Archives;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Tests.Imports.Archives;

/// <summary>Archives that a stranger made with care: refused whole, by one clear sentence, and nothing of them stays.</summary>
[CancelAfter(240_000)]
public sealed class HostileArchiveTests
{
    private ImportBench _bench = null!;

    [SetUp]
    public void Open() => _bench = new ImportBench();

    [TearDown]
    public async Task CloseAsync() => await _bench.DisposeAsync();

    private static IEnumerable<TestCaseData> Refused()
    {
        yield return Case("a name that leads upwards", new TarBytes().File("a/../../etc/passwd"), "leads upwards");
        yield return Case("the folder above", new TarBytes().Folder(".."), "leads upwards");
        yield return Case("an absolute name", new TarBytes().File("/etc/passwd"), "absolute name");
        yield return Case("a name through a link", new TarBytes().Link("a", "/etc").File("a/passwd"), "goes through \"a\", which is a link");
        yield return Case("a name through a file", new TarBytes().File("a").File("a/b"), "which is a file");
        yield return Case("a hard link to nothing", new TarBytes().HardLink("a", "b"), "hard link to \"b\", which is no file of it");
        yield return Case("a hard link to outside", new TarBytes().HardLink("a", "../b"), "leads upwards");
        yield return Case("a hard link to an absolute name", new TarBytes().HardLink("a", "/etc/passwd"), "absolute name");
        yield return Case("a hard link through a link", new TarBytes().Link("l", "d").File("d/f").HardLink("a", "l/f"), "which is no file of it");
        yield return Case("a hard link to a folder", new TarBytes().Folder("d").HardLink("a", "d"), "which is no file of it");
        yield return Case("a character device", new TarBytes().Entry('3', "dev/null"), "is a device");
        yield return Case("a block device", new TarBytes().Entry('4', "dev/sda"), "is a device");
        yield return Case("a pipe", new TarBytes().Entry('6', "p"), "is a pipe");
        yield return Case("an unknown kind", new TarBytes().Entry('Z', "p"), "of a kind that is not known");
        yield return Case("a link to nowhere", new TarBytes().Link("l", ""), "empty, or longer");
        yield return Case("a link of endless length", new TarBytes().Pax(("linkpath", new string('a', 2000))).Link("l", "x"), "empty, or longer");
        yield return Case("an endless name", new TarBytes().Pax(("path", new string('a', 254))).File("x"), "name of more than 253 bytes");
        yield return Case("an endless path", new TarBytes().Pax(("path", string.Join('/', Enumerable.Repeat(new string('a', 250), 16)))).File("x"), "path of more than");
        yield return Case("an endless depth", new TarBytes().Pax(("path", string.Join('/', Enumerable.Repeat("a", 129)))).File("x"), "deeper than");
        yield return Case("a zero in a name", new TarBytes().Pax(("path", "a\0b")).File("x"), "a zero in it");
        yield return Case("no name", new TarBytes().File("./"[..1] + "/."), "has no name");
        yield return Case("attributes without end", new TarBytes().Entry('x', "p", [], size: 1L << 40), "attributes of 1099511627776 bytes");
        yield return Case("a long name without end", new TarBytes().Entry('L', "p", [], size: 1L << 31), "attributes of 2147483648 bytes");
        yield return Case("a file of absurd size", new TarBytes().Entry('0', "f", [], size: 1L << 50), "holds more than");
        yield return Case("bytes that are no text", new TarBytes().Entry('L', "p", [0xFF, 0xFE, 0x1B, 0]).File("x"), "is not UTF-8");
    }

    private static IEnumerable<TestCaseData> Malformed()
    {
        yield return Case("nothing", new TarBytes(), "neither an archive");
        yield return new TestCaseData(new TarBytes().Folder(".").Whole(), "holds nothing").SetArgDisplayNames("nothing but a root");
        yield return new TestCaseData(new TarBytes().File("f", "content").Cut(), "ends too early").SetArgDisplayNames("no end");
        yield return new TestCaseData(new TarBytes().File("f", new string('x', 5000)).Whole()[..2000], "ends too early").SetArgDisplayNames("cut in a file");
        yield return new TestCaseData(new TarBytes().File("f").File("g").Whole()[..700], "ends too early").SetArgDisplayNames("cut in a header");
        yield return Case("attributes that are none", new TarBytes().Entry('x', "p", "99999 path=x\n"u8.ToArray()).File("x"), "attributes that are none");
        yield return Case("attributes of no length", new TarBytes().Entry('x', "p", "0 path=x\n"u8.ToArray()).File("x"), "attributes that are none");
        yield return Case("a size from attributes", new TarBytes().Pax(("size", "9223372036854775807")).File("f"), "impossible size");
        yield return Case("a size that is none", new TarBytes().Pax(("size", "-1")).File("x"), "impossible size");
        yield return new TestCaseData((byte[])[.. new TarBytes().File("f").Cut(), .. Encoding.ASCII.GetBytes(new string('x', 2048))], "a header of an entry is none").SetArgDisplayNames("rubbish behind an entry");
        yield return new TestCaseData(Gzip(new TarBytes().Program("f").Whole())[..^20], "too early").SetArgDisplayNames("a cut gzip");
        yield return new TestCaseData((byte[])[.. Gzip(new TarBytes().Program("f").Whole())[..30], .. new byte[500]], "spoiled or cut").SetArgDisplayNames("a spoiled gzip");
    }

    [TestCaseSource(nameof(Refused))]
    public Task What_is_never_taken_is_refused(byte[] archive, string reason) => _bench.ShouldRefuseAsync(archive, SandboxErrorCode.ImageRefused, reason);

    [TestCaseSource(nameof(Malformed))]
    public Task What_is_damaged_is_refused(byte[] archive, string reason) => _bench.ShouldRefuseAsync(archive, SandboxErrorCode.ImageMalformed, reason);

    [TestCase("fd377a585a0000", "packed by xz")]
    [TestCase("28b52ffd00", "packed by zstd")]
    [TestCase("425a6839", "packed by bzip2")]
    [TestCase("504b0304", "packed by zip")]
    public Task What_is_packed_by_others_is_refused_with_what_to_do(string head, string reason) =>
        _bench.ShouldRefuseAsync([.. Convert.FromHexString(head), .. new byte[600]], SandboxErrorCode.ImageUnsuitable, reason);

    [Test]
    public Task A_file_with_holes_is_refused_with_what_to_do() =>
        _bench.ShouldRefuseAsync(new TarBytes().Pax(("GNU.sparse.major", "1"), ("GNU.sparse.realsize", "1099511627776")).File("f").Whole(), SandboxErrorCode.ImageUnsuitable, "--sparse");

    [Test]
    public Task A_file_with_holes_of_the_older_form_is_refused() => _bench.ShouldRefuseAsync(new TarBytes().Entry('S', "f").Whole(), SandboxErrorCode.ImageUnsuitable, "holes");

    [Test]
    public async Task A_few_bytes_of_gzip_do_not_become_many()
    {
        const int zeros = 320;
        var bomb = Gzip(new TarBytes().Entry('0', "zeros", size: zeros << 20).Cut(), zeros);
        bomb.Length.Should().BeLessThan(1 << 20);

        await _bench.ShouldRefuseAsync(bomb, SandboxErrorCode.ImageRefused, "unpack to more than", "bomb.tar.gz");
        await _bench.ShouldRefuseAsync(bomb, SandboxErrorCode.ImageRefused, "holds more than the 1048576 bytes", "bomb.tar.gz", static import => import with { MaxBytes = 1 << 20 });
    }

    [Test]
    public Task Attributes_before_attributes_do_not_unpack_for_ever()
    {
        var attributes = Gzip(new TarBytes().Entry('g', "p", new byte[1 << 20]).Cut());

        // Gzip takes what follows an end for the same file's next part.
        return _bench.ShouldRefuseAsync([.. Enumerable.Repeat(attributes, 400).SelectMany(static part => part)], SandboxErrorCode.ImageRefused, "unpack to more than");
    }

    [Test]
    public async Task More_entries_than_fit_into_memory_are_refused()
    {
        var tree = new LayerTree("x");
        var entry = new ArchiveEntry(ArchiveEntryKind.Folder, "d", 0b111_101_101, DateTimeOffset.UnixEpoch, 0, null);
        for (var i = 0; i < ArchiveLimits.MaxEntries; i++)
        {
            tree.PutFolder(entry);
        }

        tree.Invoking(it => it.PutFolder(entry)).Should().Throw<SandboxException>().Which.Code.Should().Be(SandboxErrorCode.ImageRefused);
        await Task.CompletedTask;
    }

    [Test]
    public void More_folders_than_the_disk_can_have_are_refused()
    {
        var tree = new LayerTree("x");
        for (var i = 0; i < ushort.MaxValue; i++)
        {
            tree.PutFolder(new ArchiveEntry(ArchiveEntryKind.Folder, $"{i}", 0b111_101_101, DateTimeOffset.UnixEpoch, 0, null));
        }

        tree.Invoking(static it => it.Items()).Should().Throw<SandboxException>().Where(static e => e.Code == SandboxErrorCode.ImageRefused && e.Message.Contains("65535 folders"));
    }

    [TestCase((ushort)183, "aarch64")]
    [TestCase((ushort)3, "i386")]
    [TestCase((ushort)999, "of the unknown kind 999")]
    public Task Programs_of_another_processor_are_refused(ushort machine, string name) =>
        _bench.ShouldRefuseAsync(new TarBytes().Program("bin/sh", machine).Whole(), SandboxErrorCode.ImageUnsuitable, $"another processor ({name})");

    [Test]
    public Task A_root_without_a_program_is_refused() =>
        _bench.ShouldRefuseAsync(new TarBytes().File("etc/passwd").Whole(), SandboxErrorCode.ImageUnsuitable, "no program for x86_64", alter: static import => import with { Kind = LayerKind.Root });

    private static TestCaseData Case(string name, TarBytes archive, string reason) => new TestCaseData(archive.Whole(), reason).SetArgDisplayNames(name);

    private static byte[] Gzip(byte[] bytes, int zeroMebibytes = 0)
    {
        using var buffer = new MemoryStream();
        using (var packer = new GZipStream(buffer, CompressionLevel.Optimal))
        {
            packer.Write(bytes);
            for (var i = 0; i < zeroMebibytes; i++)
            {
                packer.Write(new byte[1 << 20]);
            }
        }

        return buffer.ToArray();
    }
}
