using System.Text.Json.Nodes;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Tests.Images;

public sealed class ImageManifestReaderTests
{
    private TemporaryFolder _folder = null!;
    private SampleImage _image = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        _image = new SampleImage(_folder.File("image"));
    }

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public void A_good_manifest_is_read_and_its_hash_is_the_id()
    {
        var (manifest, id) = ImageManifestReader.Read(_image.Folder);

        manifest.Name.Should().Be("sample");
        manifest.MinimumMemoryMiB.Should().Be(96);
        manifest.Files.Kernel.UncompressedLength.Should().Be(1000);
        id.Should().MatchRegex("^[0-9a-f]{64}$");
        _image.With("name", "other");
        ImageManifestReader.Read(_image.Folder).Id.Should().NotBe(id);
    }

    [TestCase("format", "2", "format 2 is unknown")]
    [TestCase("protocol", "99", "its daemon speaks version 99 of the protocol, this library version 3")]
    [TestCase("architecture", "\"aarch64\"", "its processor is aarch64")]
    [TestCase("name", "\"\"", "its name")]
    [TestCase("name", "\"a b\"", "its name")]
    [TestCase("name", "\"../up\"", "its name")]
    [TestCase("kernelCommandLine", "\"quiet\\nroot=/dev/sda\"", "its kernel line holds control characters")]
    [TestCase("files.initrd.name", "\"../../etc/passwd\"", "is no plain file name")]
    [TestCase("files.initrd.name", "\"/etc/passwd\"", "is no plain file name")]
    [TestCase("files.initrd.name", "\"..\"", "is no plain file name")]
    [TestCase("files.initrd.name", "\"\"", "is no plain file name")]
    [TestCase("files.initrd.name", "\"in\\u0000itrd\"", "is no plain file name")]
    [TestCase("files.initrd.length", "0", "an impossible length")]
    [TestCase("files.initrd.length", "-1", "an impossible length")]
    [TestCase("files.initrd.length", "9223372036854775807", "an impossible length")]
    [TestCase("files.kernel.uncompressedLength", "9223372036854775807", "an impossible length")]
    [TestCase("files.kernel.uncompressedLength", "null", "does not say what is in it")]
    [TestCase("files.kernel.uncompressedSha256", "null", "does not say what is in it")]
    [TestCase("files.initrd.sha256", "\"abc\"", "has no SHA-256")]
    [TestCase("files.initrd.sha256", "\"E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855\"", "has no SHA-256")]
    [TestCase("files.base.format", "\"raw\"", "its disk is no qcow2")]
    [TestCase("files.base.virtualSize", "null", "its disk is no qcow2")]
    [TestCase("files.base.virtualSize", "1125899906842624", "its disk is no qcow2")]
    [TestCase("files.base", "null", "wrong")]
    [TestCase("files", "{}", "wrong")]
    [TestCase("name", "null", "wrong")]
    [TestCase("minimumMemoryMiB", "\"many\"", "wrong")]
    public void A_manifest_that_does_not_hold_together_is_refused(string path, string value, string fault)
    {
        _image.With(path, JsonNode.Parse(value));

        Refused().Should().Contain(fault);
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("{\"format\": 1")]
    [TestCase("{\"format\": 1, \"name\": \"x\"}")]
    [TestCase("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}}")]
    public void What_is_no_manifest_is_refused(string text)
    {
        File.WriteAllText(_image.At("manifest.json"), text);

        Refused().Should().Contain(_image.At("manifest.json"));
    }

    [Test]
    public void A_manifest_without_end_is_not_read()
    {
        File.WriteAllText(_image.At("manifest.json"), new string(' ', 70_000) + _image.Manifest.ToJsonString());

        Refused().Should().Contain("it is too long");
    }

    [Test]
    public void A_folder_without_one_is_missing_and_says_what_to_do()
    {
        var failure = FluentActions.Invoking(() => ImageManifestReader.Read(_folder.File("nowhere"))).Should().Throw<ImageException>().Which;

        failure.Code.Should().Be(SandboxErrorCode.ImageMissing);
        failure.Advice.Should().Contain("build/guest.sh");
    }

    private string Refused()
    {
        var failure = FluentActions.Invoking(() => ImageManifestReader.Read(_image.Folder)).Should().Throw<ImageException>().Which;
        failure.Code.Should().Be(SandboxErrorCode.ImageMalformed);
        return failure.Message;
    }
}
