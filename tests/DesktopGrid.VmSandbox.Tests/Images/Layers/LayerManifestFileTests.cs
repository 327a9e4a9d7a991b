using System.Text.Json.Nodes;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Tests.Images.Layers;

public sealed class LayerManifestFileTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        File.WriteAllBytes(_folder.File("disk"), [1, 2, 3]);
    }

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public void A_manifest_comes_back_as_it_was_written_under_the_same_id()
    {
        var manifest = SampleLayer.Manifest(_folder.File("disk"), "alpine-3.20", LayerKind.Root) with
        {
            Program = new LayerProgram { Environment = new Dictionary<string, string> { ["PATH"] = "/bin" }, Entrypoint = ["/bin/sh"], Command = ["-c", "true"], WorkingDirectory = "/srv" },
        };

        var id = LayerManifestFile.Write(_folder.Path, manifest);

        var (read, found) = LayerManifestFile.Read(_folder.Path);
        read.Should().BeEquivalentTo(manifest);
        found.Should().Be(id).And.HaveLength(64);
    }

    [TestCase("format", "2", "format 2 is unknown")]
    [TestCase("name", "\"a b\"", "its name is not made of")]
    [TestCase("name", "\"\"", "its name is not made of")]
    [TestCase("kind", "7", "its kind is unknown")]
    [TestCase("architecture", "\"aarch64\"", "its processor is aarch64")]
    [TestCase("disk.format", "\"vmdk\"", "neither raw nor qcow2")]
    [TestCase("disk.fileSystem", "\"ntfs\"", "none that a guest mounts")]
    [TestCase("disk.partition", "-1", "impossible number")]
    [TestCase("disk.virtualSize", "8796093022208", "impossible length")]
    [TestCase("disk.sha256", "\"00\"", "no SHA-256")]
    [TestCase("disk", "null", "wrong")]
    public void A_manifest_that_does_not_hold_together_is_refused(string path, string value, string fault)
    {
        LayerManifestFile.Write(_folder.Path, SampleLayer.Manifest(_folder.File("disk")));
        var manifest = JsonNode.Parse(File.ReadAllText(_folder.File("manifest.json")))!;
        var names = path.Split('.');
        names[..^1].Aggregate(manifest, static (node, name) => node[name]!)[names[^1]] = JsonNode.Parse(value);
        File.WriteAllText(_folder.File("manifest.json"), manifest.ToJsonString());

        FluentActions.Invoking(() => LayerManifestFile.Read(_folder.Path)).Should().Throw<ImageException>().Where(e => e.Code == SandboxErrorCode.ImageMalformed && e.Message.Contains(fault));
    }

    [Test]
    public void A_folder_without_one_is_no_layer() =>
        FluentActions.Invoking(() => LayerManifestFile.Read(_folder.File("none"))).Should().Throw<ImageException>().Which.Code.Should().Be(SandboxErrorCode.ImageMissing);
}
