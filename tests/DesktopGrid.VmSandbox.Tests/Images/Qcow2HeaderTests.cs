using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;
using static DesktopGrid.VmSandbox.Tests.Images.Qcow2Bytes;

namespace DesktopGrid.VmSandbox.Tests.Images;

public sealed class Qcow2HeaderTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Open() => _folder = new TemporaryFolder();

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public void What_the_library_writes_it_reads() =>
        Qcow2Header.Read(Overlay("../../images/äöü/base.qcow2").WriteTo(_folder.File("a"))).Should().Be(new Qcow2Header(3, 1 << 30, 16, "../../images/äöü/base.qcow2", "qcow2"));

    [Test]
    public void A_disk_that_stands_alone_has_no_backing_file() => Qcow2Header.Read(Base().WriteTo(_folder.File("a"))).BackingFile.Should().BeNull();

    /// <summary>Places in a good header, what a hostile one has there, and what is said of it.</summary>
    private static IEnumerable<TestCaseData> Faults()
    {
        yield return Fault("no magic", image => image.U32(Magic, 0x514649fa), SandboxErrorCode.ImageMalformed, "does not begin as a qcow2 file");
        yield return Fault("nothing at all", image => image.Cut(0), SandboxErrorCode.ImageMalformed, "does not begin as a qcow2 file");
        yield return Fault("cut in its header", image => image.Cut(71), SandboxErrorCode.ImageMalformed, "does not begin as a qcow2 file");
        yield return Fault("cut in the header of version 3", image => image.Cut(90), SandboxErrorCode.ImageMalformed, "ends in its header");
        yield return Fault("cut behind its header", image => image.Cut(104), SandboxErrorCode.ImageMalformed, "a table lies outside the file");
        yield return Fault("version 1", image => image.U32(Qcow2Bytes.Version, 1), SandboxErrorCode.ImageMalformed, "version 1 is unknown");
        yield return Fault("version 4", image => image.U32(Qcow2Bytes.Version, 4), SandboxErrorCode.ImageMalformed, "version 4 is unknown");
        yield return Fault("tiny clusters", image => image.U32(ClusterBits, 8), SandboxErrorCode.ImageMalformed, "a cluster of 2^8 bytes");
        yield return Fault("clusters of 4 EiB", image => image.U32(ClusterBits, 62), SandboxErrorCode.ImageMalformed, "a cluster of 2^62 bytes");
        yield return Fault("no size", image => image.U64(Size, 0), SandboxErrorCode.ImageRefused, "a virtual size of 0 bytes");
        yield return Fault("an absurd size", image => image.U64(Size, 1UL << 60), SandboxErrorCode.ImageRefused, "a virtual size of 1152921504606846976 bytes");
        yield return Fault("a negative size", image => image.U64(Size, ulong.MaxValue), SandboxErrorCode.ImageRefused, "a virtual size of 18446744073709551615 bytes");
        yield return Fault("encrypted", image => image.U32(Encryption, 2), SandboxErrorCode.ImageRefused, "encryption");
        yield return Fault("a thousand snapshots", image => image.U32(Snapshots, 1000), SandboxErrorCode.ImageRefused, "1000 snapshots");
        yield return Fault("an external data file by its flag", image => image.U64(Incompatible, 4), SandboxErrorCode.ImageRefused, "an external data file");
        yield return Fault("an external data file by its name", image => image.U32(Extensions, 0x44415441), SandboxErrorCode.ImageRefused, "an external data file");
        yield return Fault("marked as corrupt", image => image.U64(Incompatible, 2), SandboxErrorCode.ImageMalformed, "marked as corrupt");
        yield return Fault("a feature of the future", image => image.U64(Incompatible, 1UL << 40), SandboxErrorCode.ImageMalformed, "unknown features (10000000000)");
        yield return Fault("reference counts of 128 bits", image => image.U32(ReferenceOrder, 7), SandboxErrorCode.ImageMalformed, "impossible width");
        yield return Fault("a header without length", image => image.U32(HeaderLength, 0), SandboxErrorCode.ImageMalformed, "its header has an impossible length");
        yield return Fault("a header of 4 GiB", image => image.U32(HeaderLength, uint.MaxValue - 7), SandboxErrorCode.ImageMalformed, "its header has an impossible length");
        yield return Fault("no cluster table", image => image.U32(FirstLevelEntries, 0), SandboxErrorCode.ImageMalformed, "its cluster table does not fit its size");
        yield return Fault("a huge cluster table", image => image.U32(FirstLevelEntries, uint.MaxValue), SandboxErrorCode.ImageMalformed, "its cluster table does not fit its size");
        yield return Fault("a cluster table behind the end", image => image.U64(FirstLevelOffset, 1UL << 40), SandboxErrorCode.ImageMalformed, "a table lies outside the file");
        yield return Fault("a cluster table off its border", image => image.U64(FirstLevelOffset, (3 << 16) + 8), SandboxErrorCode.ImageMalformed, "a table lies outside the file");
        yield return Fault("a cluster table in the header", image => image.U64(FirstLevelOffset, 0), SandboxErrorCode.ImageMalformed, "a table lies outside the file");
        yield return Fault("a reference table behind the end", image => image.U64(ReferenceOffset, ulong.MaxValue << 16), SandboxErrorCode.ImageMalformed, "a table lies outside the file");
        yield return Fault("no reference table", image => image.U32(ReferenceClusters, 0), SandboxErrorCode.ImageMalformed, "its reference table has an impossible size");
        yield return Fault("a huge reference table", image => image.U32(ReferenceClusters, uint.MaxValue), SandboxErrorCode.ImageMalformed, "its reference table has an impossible size");
        yield return Fault("a name behind the end", image => image.U64(NameOffset, 1UL << 30), SandboxErrorCode.ImageMalformed, "the name of its backing file lies outside its header");
        yield return Fault("a name whose end overflows", image => image.U64(NameOffset, ulong.MaxValue), SandboxErrorCode.ImageMalformed, "the name of its backing file lies outside its header");
        yield return Fault("a name in the header", image => image.U64(NameOffset, 8), SandboxErrorCode.ImageMalformed, "the name of its backing file lies outside its header");
        yield return Fault("an empty name", image => image.U32(NameLength, 0), SandboxErrorCode.ImageMalformed, "the name of its backing file lies outside its header");
        yield return Fault("a name of 4 GiB", image => image.U32(NameLength, uint.MaxValue), SandboxErrorCode.ImageMalformed, "the name of its backing file lies outside its header");
        yield return Fault("a name with a NUL in it", image => image.U64(NameOffset, 73), SandboxErrorCode.ImageRefused, "control characters");
        yield return Fault("an extension behind the end", image => image.U32(Extensions, 0x6803f857).U32(Extensions + 4, uint.MaxValue), SandboxErrorCode.ImageMalformed, "a header extension lies outside the file");

        static TestCaseData Fault(string name, Func<Qcow2Bytes, Qcow2Bytes> spoil, SandboxErrorCode code, string sentence) =>
            new TestCaseData(spoil, code, sentence).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Faults))]
    public void A_hostile_header_is_refused(object spoil, object code, string sentence)
    {
        var path = ((Func<Qcow2Bytes, Qcow2Bytes>)spoil)(Overlay()).WriteTo(_folder.File("hostile"));

        var failure = FluentActions.Invoking(() => Qcow2Header.Read(path)).Should().Throw<ImageException>().Which;

        failure.Code.Should().Be((SandboxErrorCode)code);
        failure.Message.Should().Contain(sentence);
        failure.Path.Should().Be(path);
    }

    [Test]
    public void Endless_extensions_come_to_an_end()
    {
        var image = Overlay();
        for (var at = Extensions; at < 4096; at += 8)
        {
            image.U32(at, 0x6803f857).U32(at + 4, 0);
        }

        FluentActions.Invoking(() => Qcow2Header.Read(image.WriteTo(_folder.File("a")))).Should().Throw<ImageException>().Which.Message.Should().Contain("too many header extensions");
    }

    [Test]
    public void A_file_that_is_not_there_is_missing() =>
        FluentActions.Invoking(() => Qcow2Header.Read(_folder.File("none"))).Should().Throw<ImageException>().Which.Code.Should().Be(SandboxErrorCode.ImageMissing);

    [Test]
    public void A_folder_is_no_image() => FluentActions.Invoking(() => Qcow2Header.Read(_folder.Path)).Should().Throw<ImageException>().Which.Code.Should().Be(SandboxErrorCode.ImageMissing);
}
