using System.Text.Json.Nodes;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Stores;

/// <summary>Guest images that are missing, damaged or altered: refused before a machine is made or started of them.</summary>
internal sealed class FaultyImageTests
{
    private static IEnumerable<TestCaseData> Faults()
    {
        yield return new TestCaseData((Action<string>)(static folder => Directory.Delete(folder, recursive: true)), SandboxErrorCode.ImageMissing).SetArgDisplayNames("no folder");
        yield return new TestCaseData((Action<string>)(static folder => File.Delete(Path.Combine(folder, "initrd"))), SandboxErrorCode.ImageMissing).SetArgDisplayNames("a file is missing");
        yield return new TestCaseData((Action<string>)(static folder => Flip(Directory.EnumerateFiles(folder, "base.qcow2*").Single())), SandboxErrorCode.ImageMalformed).SetArgDisplayNames("a byte of the disk is another");
        yield return new TestCaseData((Action<string>)(static folder => Flip(Path.Combine(folder, "vmlinux.br"))), SandboxErrorCode.ImageMalformed).SetArgDisplayNames("a byte of the packed kernel is another");
        yield return new TestCaseData((Action<string>)(static folder => File.AppendAllText(Path.Combine(folder, "initrd"), "x")), SandboxErrorCode.ImageMalformed).SetArgDisplayNames("a file is longer");
        yield return new TestCaseData((Action<string>)(static folder => File.WriteAllText(Path.Combine(folder, "manifest.json"), "{}")), SandboxErrorCode.ImageMalformed).SetArgDisplayNames("an empty manifest");
        yield return new TestCaseData((Action<string>)(static folder => Alter(folder, static manifest => manifest["protocol"] = 99)), SandboxErrorCode.ImageMalformed).SetArgDisplayNames("a daemon of another version");
        yield return new TestCaseData((Action<string>)(static folder => Alter(folder, static manifest => manifest["files"]!["initrd"]!["name"] = "../initrd")), SandboxErrorCode.ImageMalformed).SetArgDisplayNames("a file outside");
    }

    [TestCaseSource(nameof(Faults))]
    public async Task A_faulty_image_is_refused_and_leaves_nothing(Action<string> spoil, SandboxErrorCode code)
    {
        var image = AlteredImage.With(static _ => { });
        await using var store = await TempStore.OpenAsync(options => options.GuestImage = image.Folder);
        spoil(image.Folder);

        var failure = (await FluentActions.Awaiting(() => store.Host.Machines.CreateAsync(new VmOptions())).Should().ThrowAsync<ImageException>()).Which;

        TestContext.Out.WriteLine(failure.Message);
        failure.Code.Should().Be(code);
        failure.Message.Should().Contain(image.Folder);
        Directory.EnumerateFileSystemEntries(Path.Combine(store.StorePath, "images")).Should().BeEmpty();
        Directory.EnumerateFileSystemEntries(Path.Combine(store.StorePath, "machines")).Should().BeEmpty();
        if (Directory.Exists(image.Folder))
        {
            image.Dispose();
        }
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_base_that_was_altered_after_it_was_added_is_refused_and_can_be_added_again(CancellationToken cancellationToken)
    {
        await using var store = await TempStore.OpenAsync();
        var id = await store.Host.Machines.CreateAsync(new VmOptions(), cancellationToken);
        var folder = Directory.EnumerateDirectories(Path.Combine(store.StorePath, "images")).Single();
        var disk = Path.Combine(folder, "base.qcow2");
        File.SetUnixFileMode(disk, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Flip(disk);

        foreach (var act in (Func<Task>[])[() => store.Host.Machines.StartAsync(id, cancellationToken), () => store.Host.Machines.CreateAsync(new VmOptions(), cancellationToken)])
        {
            var failure = (await FluentActions.Awaiting(act).Should().ThrowAsync<ImageException>()).Which;
            failure.Code.Should().Be(SandboxErrorCode.ImageMissing);
            failure.Message.Should().Contain(folder).And.Contain("changed since it was added").And.Contain("Remove its folder");
        }

        // What the sentence advises.
        Directory.Delete(folder, recursive: true);
        var fresh = await store.Host.Machines.CreateAsync(new VmOptions(), cancellationToken);
        await store.Host.Machines.StartAsync(id, cancellationToken);
        await store.Host.Machines.DestroyAsync(id, cancellationToken);
        await store.Host.Machines.DestroyAsync(fresh, cancellationToken);
    }

    [Test]
    public async Task A_base_that_was_only_touched_is_looked_at_and_accepted()
    {
        await using var store = await TempStore.OpenAsync();
        await store.Host.Machines.DestroyAsync(await store.Host.Machines.CreateAsync(new VmOptions()));
        var folder = Directory.EnumerateDirectories(Path.Combine(store.StorePath, "images")).Single();
        File.SetLastWriteTimeUtc(Path.Combine(folder, "base.qcow2"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        await store.Host.Machines.DestroyAsync(await store.Host.Machines.CreateAsync(new VmOptions()));
    }

    [TestCase("truncated")]
    [TestCase("another base")]
    [TestCase("missing")]
    public async Task An_overlay_that_is_not_what_it_was_is_refused_and_the_machine_can_be_destroyed(string fault)
    {
        await using var store = await TempStore.OpenAsync();
        var id = await store.Host.Machines.CreateAsync(new VmOptions());
        var overlay = Path.Combine(store.StorePath, "machines", id.ToString(), "root.qcow2");
        switch (fault)
        {
            case "truncated":
                await File.WriteAllTextAsync(overlay, "QFI");
                break;
            case "another base":
                File.Delete(overlay);
                OverlayWriter.Write(overlay, "/etc/passwd", "raw", 1 << 20);
                break;
            default:
                File.Delete(overlay);
                break;
        }

        var failure = (await FluentActions.Awaiting(() => store.Host.Machines.StartAsync(id)).Should().ThrowAsync<ImageException>()).Which;

        TestContext.Out.WriteLine(failure.Message);
        var status = await store.Host.Machines.GetStatusAsync(id);
        (status.State, status.LastError).Should().Be((VmState.Created, failure.Message));
        await store.Host.Machines.DestroyAsync(id);
    }

    private static void Flip(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = file.Length / 2;
        var old = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)~old);
    }

    private static void Alter(string folder, Action<JsonNode> alter)
    {
        var path = Path.Combine(folder, "manifest.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        alter(manifest);
        File.WriteAllText(path, manifest.ToJsonString());
    }
}
