using System.IO.Compression;
using System.Text.Json.Nodes;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Imports;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Tests.Imports.Oci;

[CancelAfter(120_000)]
public sealed class OciImportTests
{
    private static readonly byte[] _lower = new TarBytes().Program("bin/tool").File("etc/a", "old").File("etc/b", "b").Folder("gone").File("gone/x").File("opaque/below").Link("lib", "usr/lib").Whole();
    private static readonly byte[] _upper = new TarBytes().File("etc/a", "new").File("etc/.wh.b").File(".wh.gone").File("opaque/kept").File("opaque/.wh..wh..opq").File(".wh..wh.aufs").HardLink("etc/c", "bin/tool").Whole();

    private ImportBench _bench = null!;

    [SetUp]
    public void Open() => _bench = new ImportBench();

    [TearDown]
    public async Task CloseAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task A_layout_becomes_one_layer_and_absences_are_kept([Values] bool isFolder, [Values] bool isNested, [Values] bool isPacked)
    {
        var image = SampleOci.Layout(isPacked ? Gzip(_lower) : _lower, _upper);
        image = isNested ? image.Nest() : image;

        var layer = isFolder
            ? await _bench.Images.ImportAsync(new LayerImport { Path = image.Folder(_bench.File("layout")), Name = "layer" })
            : await _bench.ImportAsync(isPacked ? Gzip(image.Archive()) : image.Archive());

        ShouldBeTheImage(layer);
    }

    [Test]
    public async Task What_docker_save_wrote_before_becomes_the_same([Values] bool isFolder)
    {
        var image = SampleOci.DockerSave(_lower, _upper);

        ShouldBeTheImage(isFolder ? await _bench.Images.ImportAsync(new LayerImport { Path = image.Folder(_bench.File("saved")), Name = "layer" }) : await _bench.ImportAsync(image.Archive()));
    }

    [Test]
    public async Task An_image_for_several_systems_gives_the_one_that_runs()
    {
        var image = new SampleOci().Add([new TarBytes().Program("bin/arm", 183).Whole()], "arm64").Add([_lower]).Nest();

        _bench.Read(await _bench.ImportAsync(image.Archive())).Keys.Should().Contain("bin/tool").And.NotContain("bin/arm");
    }

    [Test]
    public Task An_image_for_another_system_is_refused([Values] bool tellsPlatform) =>
        _bench.ShouldRefuseAsync(new SampleOci().Add([_lower], "arm64", tellsPlatform: tellsPlatform).Archive(), SandboxErrorCode.ImageUnsuitable, "\"linux/arm64\"");

    [Test]
    public async Task Of_several_images_one_is_named()
    {
        var image = new SampleOci().Add([_lower], name: "one").Add([_lower, _upper], name: "two").Archive();

        await _bench.ShouldRefuseAsync(image, SandboxErrorCode.ImageUnsuitable, "\"one\", \"two\"");
        await _bench.ShouldRefuseAsync(image, SandboxErrorCode.ImageUnsuitable, "several images", alter: static import => import with { Reference = "three" });
        ShouldBeTheImage(await _bench.ImportAsync(image, alter: static import => import with { Reference = "two" }));
    }

    [Test]
    public async Task A_file_with_one_wrong_byte_is_refused()
    {
        foreach (var file in SampleOci.Layout(_lower, _upper).Files.Keys.Where(static name => name.StartsWith("blobs", StringComparison.Ordinal)))
        {
            var image = SampleOci.Layout(_lower, _upper);
            image.Files[file] = [.. image.Files[file]];
            // Nothing that the archives or documents themselves would miss.
            image.Files[file][^(image.Files[file][^1] == 0 ? 100 : 2)] ^= 0x20;

            await _bench.ShouldRefuseAsync(image.Archive(), SandboxErrorCode.ImageMalformed, "other bytes than its SHA-256");
        }
    }

    [Test]
    public async Task A_file_that_is_missing_is_refused()
    {
        foreach (var file in SampleOci.Layout(_lower, _upper).Files.Keys.Where(static name => name.StartsWith("blobs", StringComparison.Ordinal)))
        {
            var image = SampleOci.Layout(_lower, _upper);
            image.Files.Remove(file);

            await _bench.ShouldRefuseAsync(image.Archive(), SandboxErrorCode.ImageMalformed, "is missing");
        }
    }

    [Test]
    public Task A_layer_that_docker_save_has_spoiled_is_refused()
    {
        var image = SampleOci.DockerSave(_lower, _upper);
        image.Files[$"{1:D64}/layer.tar"] = _lower;

        return _bench.ShouldRefuseAsync(image.Archive(), SandboxErrorCode.ImageMalformed, "other bytes than its SHA-256");
    }

    [TestCase("""{"config":{"Env":["A\u0000=b"]}}""", "cannot be set")]
    [TestCase("""{"config":{"Env":[null]}}""", "cannot be set")]
    [TestCase("""{"rootfs":{"diff_ids":[]}}""", "0 hashes")]
    [TestCase("""{"rootfs":{"diff_ids":["sha512:00"]}}""", "no SHA-256")]
    [TestCase("""{"os":"windows"}""", "\"windows/amd64\"")]
    public async Task What_an_image_says_of_itself_is_judged(string says, string reason)
    {
        var image = new SampleOci().Add([_lower], alter: config =>
        {
            foreach (var (name, value) in JsonNode.Parse(says)!.AsObject())
            {
                config[name] = value?.DeepClone();
            }
        });
        var failure = (await FluentActions.Awaiting(() => _bench.ImportAsync(image.Archive())).Should().ThrowAsync<SandboxException>()).Which;

        failure.Message.Should().Contain(reason);
        _bench.ShouldHaveNothing();
    }

    [Test]
    public Task More_variables_than_a_task_can_have_are_refused() =>
        _bench.ShouldRefuseAsync(
            new SampleOci().Add([_lower], alter: static config => config["config"]!["Env"] = new JsonArray([.. Enumerable.Range(0, 300).Select(static i => (JsonNode)$"A{i}=b")])).Archive(),
            SandboxErrorCode.ImageRefused, "more than 256 variables");

    [Test]
    public async Task A_root_file_system_that_begins_like_an_image_is_none() =>
        _bench.Read(await _bench.ImportAsync(new TarBytes().File("manifest.jso").File("a").Whole())).Keys.Should().BeEquivalentTo("manifest.jso", "a");

    [Test]
    public async Task A_link_in_a_folder_is_no_blob()
    {
        var folder = SampleOci.Layout(_lower).Folder(_bench.File("layout"));
        File.Move(Path.Combine(folder, "index.json"), _bench.File("elsewhere"));
        File.CreateSymbolicLink(Path.Combine(folder, "index.json"), _bench.File("elsewhere"));

        (await FluentActions.Awaiting(() => _bench.Images.ImportAsync(new LayerImport { Path = folder, Name = "x" })).Should().ThrowAsync<SandboxException>()).Which.Code.Should().Be(SandboxErrorCode.ImageUnsuitable);
    }

    private void ShouldBeTheImage(StoredImage layer)
    {
        layer.Kind.Should().Be(LayerKind.Root);
        var entries = _bench.Read(layer);
        entries.Keys.Should().BeEquivalentTo("bin", "bin/tool", "etc", "etc/a", "etc/c", "opaque", "opaque/kept", "lib");
        _bench.Text(layer, "etc/a").Should().Be("new");
        entries["etc/c"].Extents.Should().Equal(entries["bin/tool"].Extents);
        _bench.Layers.Open(layer.Id).Manifest.Program.Should().BeEquivalentTo(new LayerProgram
        {
            Environment = new Dictionary<string, string> { ["PATH"] = "/bin:/usr/bin", ["LANG"] = "C.UTF-8" },
            Entrypoint = ["/bin/tool"],
            Command = ["--help"],
            WorkingDirectory = "/srv",
        });
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var buffer = new MemoryStream();
        using (var packer = new GZipStream(buffer, CompressionLevel.Fastest))
        {
            packer.Write(bytes);
        }

        return buffer.ToArray();
    }
}
