using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Imports;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Tests.Imports.Oci;

/// <summary>Images that a stranger made with care.</summary>
[CancelAfter(120_000)]
public sealed class HostileOciTests
{
    private static readonly byte[] _layer = new TarBytes().Program("bin/tool").Whole();

    private ImportBench _bench = null!;

    [SetUp]
    public void Open() => _bench = new ImportBench();

    [TearDown]
    public async Task CloseAsync() => await _bench.DisposeAsync();

    [Test]
    public Task An_index_that_names_indexes_without_end_is_refused() =>
        _bench.ShouldRefuseAsync(Repeated("application/vnd.oci.image.index.v1+json", 101), SandboxErrorCode.ImageRefused, "more than 100 indexes");

    [Test]
    public Task An_index_of_remarks_without_end_is_refused() =>
        _bench.ShouldRefuseAsync(Repeated("application/vnd.oci.image.manifest.v1+json", 1001, "unknown"), SandboxErrorCode.ImageRefused, "too deep, too long");

    [Test]
    public Task Indexes_in_each_other_without_end_are_refused() =>
        _bench.ShouldRefuseAsync(Enumerable.Range(0, 6).Aggregate(SampleOci.Layout(_layer), static (image, _) => image.Nest()).Archive(), SandboxErrorCode.ImageRefused, "too deep");

    [Test]
    public Task A_folder_on_the_way_to_a_blob_that_is_a_link_leads_nowhere()
    {
        var folder = SampleOci.Layout(_layer).Folder(_bench.File("layout"));
        Directory.Move(Path.Combine(folder, "blobs"), _bench.File("elsewhere"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "blobs"), _bench.File("elsewhere"));

        return ShouldRefuseAsync(folder, "is missing");
    }

    [Test]
    public Task A_pipe_in_the_place_of_a_document_is_not_waited_for()
    {
        var folder = SampleOci.Layout(_layer).Folder(_bench.File("layout"));
        File.Delete(Path.Combine(folder, "index.json"));
        return ShouldRefuseAsync(folder, "no ordinary file", Path.Combine(folder, "index.json"));
    }

    [Test]
    public Task A_pipe_in_the_place_of_an_archive_is_not_waited_for() => ShouldRefuseAsync(_bench.File("pipe"), "no ordinary file", _bench.File("pipe"));

    [Test]
    public Task A_link_to_a_pipe_is_not_waited_for_either()
    {
        File.CreateSymbolicLink(_bench.File("link"), _bench.File("pipe"));
        return ShouldRefuseAsync(_bench.File("link"), "no ordinary file", _bench.File("pipe"));
    }

    [Test]
    public Task A_link_that_leads_in_a_circle_is_told()
    {
        File.CreateSymbolicLink(_bench.File("one"), _bench.File("other"));
        File.CreateSymbolicLink(_bench.File("other"), _bench.File("one"));
        return ShouldRefuseAsync(_bench.File("one"), "cannot be read");
    }

    [TestCase("/etc/passwd", "absolute name")]
    [TestCase("../../etc/passwd", "leads upwards")]
    public async Task A_file_elsewhere_is_no_part_of_what_docker_save_wrote(string path, string reason)
    {
        foreach (var (document, change) in ((string, Action<JsonNode>)[])[("Config", image => image["Config"] = path), ("Layers", image => image["Layers"]![0] = path)])
        {
            var image = SampleOci.DockerSave(_layer);
            var manifest = JsonNode.Parse(image.Files["manifest.json"])!;
            change(manifest[0]!);
            image.Files["manifest.json"] = Encoding.UTF8.GetBytes(manifest.ToJsonString());

            await ShouldRefuseAsync(image.Folder(_bench.File(document)), reason);
        }
    }

    [Test]
    public Task A_device_in_the_place_of_an_archive_is_not_read() => ShouldRefuseAsync("/dev/zero", "no ordinary file");

    private static byte[] Repeated(string type, int times, string os = "linux")
    {
        var image = SampleOci.Layout(_layer).Nest();
        var index = JsonNode.Parse(image.Files["index.json"])!.AsObject();
        var descriptor = index["manifests"]![0]!;
        descriptor["mediaType"] = type;
        descriptor["platform"] = new JsonObject { ["os"] = os, ["architecture"] = "amd64" };
        index["manifests"] = new JsonArray([.. Enumerable.Range(0, times).Select(_ => descriptor.DeepClone())]);
        image.Files["index.json"] = Encoding.UTF8.GetBytes(index.ToJsonString());
        return image.Archive();
    }

    private async Task ShouldRefuseAsync(string path, string reason, string? pipe = null)
    {
        if (pipe is not null)
        {
            using var make = Process.Start("mkfifo", pipe);
            await make.WaitForExitAsync();
        }

        var failure = (await FluentActions.Awaiting(() => _bench.Images.ImportAsync(new LayerImport { Path = path, Name = "x" })).Should().ThrowAsync<ImageException>()).Which;
        failure.Message.Should().Contain(reason);
        _bench.ShouldHaveNothing();
    }
}
