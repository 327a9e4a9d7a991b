using System.Globalization;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Tests.Support;

namespace DesktopGrid.VmSandbox.Tests.Images;

/// <summary>The library's qcow2 against QEMU's own tool, where that is installed.</summary>
public sealed class QemuImgTests
{
    private TemporaryFolder _folder = null!;
    private string _tool = null!;

    [SetUp]
    public void Open()
    {
        _tool = Host.RequireTool("qemu-img");
        _folder = new TemporaryFolder();
    }

    [TearDown]
    public void Close() => _folder?.Dispose();

    [TestCase("compat=1.1", 3, 16)]
    [TestCase("compat=0.10", 2, 16)]
    [TestCase("cluster_size=512", 3, 9)]
    [TestCase("cluster_size=2M", 3, 21)]
    [TestCase("lazy_refcounts=on", 3, 16)]
    [TestCase("extended_l2=on", 3, 16)]
    [TestCase("refcount_bits=1", 3, 16)]
    [TestCase("compression_type=zstd", 3, 16)]
    [TestCase("preallocation=metadata", 3, 16)]
    public void A_disk_of_QEMU_s_is_read(string option, int version, int clusterBits)
    {
        Host.Run(_tool, "create", "-q", "-f", "qcow2", "-o", option, _folder.File("a"), "64M");

        Qcow2Header.Read(_folder.File("a")).Should().Be(new Qcow2Header(version, 64 << 20, clusterBits, null, null));
    }

    [Test]
    public void An_overlay_of_QEMU_s_is_read()
    {
        Host.Run(_tool, "create", "-q", "-f", "qcow2", _folder.File("base"), "64M");
        Host.Run(_tool, "create", "-q", "-f", "qcow2", "-b", "base", "-F", "qcow2", _folder.File("a"));

        Qcow2Header.Read(_folder.File("a")).Should().Be(new Qcow2Header(3, 64 << 20, 16, "base", "qcow2"));
    }

    [Test]
    public void An_external_data_file_of_QEMU_s_is_refused()
    {
        Host.Run(_tool, "create", "-q", "-f", "qcow2", "-o", $"data_file={_folder.File("data")}", _folder.File("a"), "64M");

        FluentActions.Invoking(() => Qcow2Header.Read(_folder.File("a"))).Should().Throw<ImageException>().Which.Code.Should().Be(SandboxErrorCode.ImageRefused);
    }

    [Test]
    public void An_encrypted_disk_of_QEMU_s_is_refused()
    {
        // The older of the two methods: for LUKS, qemu-img measures the processor first, and refuses where another program uses it.
        Host.Run(_tool, "create", "-q", "--object", "secret,id=s,data=abc", "-f", "qcow2", "-o", "encrypt.format=aes,encrypt.key-secret=s", _folder.File("a"), "1M");

        FluentActions.Invoking(() => Qcow2Header.Read(_folder.File("a"))).Should().Throw<ImageException>().Which.Message.Should().Contain("encryption");
    }

    [TestCase(1L << 20)]
    [TestCase((1L << 30) + 512)]
    [TestCase(Qcow2Header.MaxVirtualSize)]
    public void QEMU_finds_no_fault_in_an_overlay_of_the_library_s(long size)
    {
        Host.Run(_tool, "create", "-q", "-f", "qcow2", _folder.File("base.qcow2"), size.ToString(CultureInfo.InvariantCulture));
        OverlayWriter.Write(_folder.File("overlay"), "base.qcow2", "qcow2", size);

        Host.Run(_tool, "check", "-q", "-f", "qcow2", _folder.File("overlay"));
        Host.Run(_tool, "info", "-f", "qcow2", "--output=json", "--backing-chain", _folder.File("overlay"))
            .Should().Contain($"\"virtual-size\": {size}").And.Contain("\"backing-filename-format\": \"qcow2\"");
    }
}
