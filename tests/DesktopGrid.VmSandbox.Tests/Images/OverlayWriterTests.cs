using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Tests.Images;

public sealed class OverlayWriterTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Open() => _folder = new TemporaryFolder();

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public void An_overlay_is_four_clusters_whatever_its_size()
    {
        OverlayWriter.Write(_folder.File("a"), "base", "raw", Qcow2Header.MaxVirtualSize);

        new FileInfo(_folder.File("a")).Length.Should().Be(4 * 65536);
        Qcow2Header.Read(_folder.File("a")).Should().Be(new Qcow2Header(3, Qcow2Header.MaxVirtualSize, 16, "base", "raw"));
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(Qcow2Header.MaxVirtualSize + 1)]
    [TestCase(long.MaxValue)]
    public void A_size_that_cannot_be_is_refused(long size)
    {
        FluentActions.Invoking(() => OverlayWriter.Write(_folder.File("a"), "base", "qcow2", size)).Should().Throw<ImageException>().Which.Code.Should().Be(SandboxErrorCode.ImageRefused);
        File.Exists(_folder.File("a")).Should().BeFalse();
    }

    [TestCase(0)]
    [TestCase(1024)]
    public void A_name_that_does_not_fit_is_refused(int length) =>
        FluentActions.Invoking(() => OverlayWriter.Write(_folder.File("a"), new string('n', length), "qcow2", 1 << 20)).Should().Throw<ImageException>();

    [Test]
    public void The_longest_name_fits()
    {
        var name = new string('n', 1023);
        OverlayWriter.Write(_folder.File("a"), name, "qcow2", 1 << 20);

        Qcow2Header.Read(_folder.File("a")).BackingFile.Should().Be(name);
    }

    [Test]
    public void A_file_that_is_there_is_never_written_over()
    {
        File.WriteAllText(_folder.File("a"), "precious");

        FluentActions.Invoking(() => OverlayWriter.Write(_folder.File("a"), "base", "qcow2", 1 << 20)).Should().Throw<PlatformException>();
        File.ReadAllText(_folder.File("a")).Should().Be("precious");
    }
}
