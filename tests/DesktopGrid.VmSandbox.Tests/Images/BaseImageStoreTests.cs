using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Tests.Support;

namespace DesktopGrid.VmSandbox.Tests.Images;

[CancelAfter(120_000)]
public sealed class BaseImageStoreTests
{
    private TemporaryFolder _folder = null!;
    private StoreLayout _layout = null!;
    private SampleImage _image = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        _layout = new StoreLayout(_folder.File("store"));
        _layout.Prepare(TemporaryFolder.PrivateFiles);
        _image = new SampleImage(_folder.File("image"));
    }

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public async Task An_image_is_unpacked_into_a_folder_named_by_its_hash_and_is_read_only(CancellationToken cancellationToken)
    {
        var image = await new BaseImageStore(_layout, TemporaryFolder.PrivateFiles).AddAsync(_image.Folder, cancellationToken);

        image.KernelPath.Should().StartWith(_layout.Image(image.Id));
        (await File.ReadAllTextAsync(image.KernelPath, cancellationToken)).Should().Be(new string('k', 1000));
        Directory.EnumerateFiles(_layout.Image(image.Id)).Where(static file => Path.GetFileName(file) is "vmlinux" or "initrd" or "base.qcow2" or "manifest.json").Should().HaveCount(4).And.OnlyContain(static file => File.GetAttributes(file).HasFlag(FileAttributes.ReadOnly));
        new BaseImageStore(_layout, TemporaryFolder.PrivateFiles).Open(image.Id).Should().Be(image);
    }

    [Test]
    public async Task An_image_that_was_added_is_on_the_disk_its_files_before_their_folder_and_that_before_its_name(CancellationToken cancellationToken)
    {
        var files = new RecordingFiles();

        await new BaseImageStore(_layout, files).AddAsync(_image.Folder, cancellationToken);

        files.Flushed[..4].Select(static path => Path.GetFileName(path)!).Should().BeEquivalentTo("vmlinux", "initrd", "base.qcow2", "manifest.json");
        files.Flushed[4..].Should().Equal(Path.GetDirectoryName(files.Flushed[0])!, _layout.Images);
    }

    [Test]
    public async Task The_same_image_is_added_once_however_many_add_it_at_a_time(CancellationToken cancellationToken)
    {
        var images = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => new BaseImageStore(_layout, TemporaryFolder.PrivateFiles).AddAsync(_image.Folder, cancellationToken), cancellationToken)));

        images.Select(static image => image.Id).Distinct().Should().ContainSingle();
        Directory.EnumerateFileSystemEntries(_layout.Images).Should().ContainSingle();
    }

    [TestCase("initrd")]
    [TestCase("base.qcow2")]
    [TestCase("vmlinux.br")]
    public async Task A_file_with_one_wrong_byte_is_refused_and_leaves_nothing(string name, CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(_image.At(name), cancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(_image.At(name), bytes, cancellationToken);

        (await FailsAsync(SandboxErrorCode.ImageMalformed, cancellationToken)).Should().Contain("damaged").And.Contain(name);
    }

    [TestCase("initrd")]
    [TestCase("base.qcow2")]
    [TestCase("vmlinux.br")]
    public async Task A_file_that_is_too_short_is_refused(string name, CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(_image.At(name), cancellationToken);
        await File.WriteAllBytesAsync(_image.At(name), bytes[..^1], cancellationToken);

        (await FailsAsync(SandboxErrorCode.ImageMalformed, cancellationToken)).Should().Contain("damaged");
    }

    [Test]
    public async Task A_file_that_is_missing_is_named(CancellationToken cancellationToken)
    {
        File.Delete(_image.At("initrd"));

        (await FailsAsync(SandboxErrorCode.ImageMissing, cancellationToken)).Should().Contain(_image.At("initrd"));
    }

    [Test]
    public async Task A_small_file_cannot_unpack_to_a_large_one(CancellationToken cancellationToken)
    {
        var bomb = new SampleImage(_folder.File("bomb"), kernelBytes: 64 << 20);
        _image = bomb.With("files.kernel.uncompressedLength", 1000);

        (await FailsAsync(SandboxErrorCode.ImageMalformed, cancellationToken)).Should().Contain("damaged");
    }

    [Test]
    public async Task A_disk_with_a_backing_file_is_refused_although_its_hash_is_right(CancellationToken cancellationToken)
    {
        Qcow2Bytes.Overlay("/etc/passwd").WriteTo(_image.At("base.qcow2"));
        var described = _image.Describe("base.qcow2");
        described["format"] = "qcow2";
        described["virtualSize"] = 1 << 30;
        _image.With("files.base", described);

        (await FailsAsync(SandboxErrorCode.ImageRefused, cancellationToken)).Should().Contain("backing file");
    }

    [Test]
    public async Task A_disk_of_another_size_than_the_manifest_says_is_refused(CancellationToken cancellationToken)
    {
        _image.With("files.base.virtualSize", 1 << 20);

        await FailsAsync(SandboxErrorCode.ImageRefused, cancellationToken);
    }

    [Test]
    public async Task A_copy_that_is_given_up_leaves_nothing(CancellationToken cancellationToken)
    {
        using var caller = new CancellationTokenSource();
        await caller.CancelAsync();

        await new BaseImageStore(_layout, TemporaryFolder.PrivateFiles).Invoking(store => store.AddAsync(_image.Folder, caller.Token)).Should().ThrowAsync<OperationCanceledException>();

        Directory.EnumerateFileSystemEntries(_layout.Images).Should().BeEmpty();
        await new BaseImageStore(_layout, TemporaryFolder.PrivateFiles).AddAsync(_image.Folder, cancellationToken);
    }

    [TestCase("base.qcow2")]
    [TestCase("vmlinux")]
    [TestCase("initrd")]
    public async Task An_image_of_the_store_that_was_cut_afterwards_is_damaged_and_says_what_to_do(string name, CancellationToken cancellationToken)
    {
        var image = await new BaseImageStore(_layout, TemporaryFolder.PrivateFiles).AddAsync(_image.Folder, cancellationToken);
        var path = Path.Combine(_layout.Image(image.Id), name);
        File.SetAttributes(path, FileAttributes.Normal);
        await File.WriteAllTextAsync(path, "short", cancellationToken);

        var failure = new BaseImageStore(_layout, TemporaryFolder.PrivateFiles).Invoking(store => store.Open(image.Id)).Should().Throw<ImageException>().Which;
        failure.Code.Should().Be(SandboxErrorCode.ImageMissing);
        failure.Advice.Should().Contain("Remove its folder");
    }

    [Test]
    public async Task An_image_whose_manifest_was_exchanged_is_damaged(CancellationToken cancellationToken)
    {
        var image = await new BaseImageStore(_layout, TemporaryFolder.PrivateFiles).AddAsync(_image.Folder, cancellationToken);
        var manifest = Path.Combine(_layout.Image(image.Id), "manifest.json");
        File.SetAttributes(manifest, FileAttributes.Normal);
        File.Copy(_image.With("name", "exchanged").At("manifest.json"), manifest, overwrite: true);

        new BaseImageStore(_layout, TemporaryFolder.PrivateFiles).Invoking(store => store.Open(image.Id)).Should().Throw<ImageException>();
    }

    [Test]
    public void An_image_that_the_store_does_not_have_is_missing() =>
        new BaseImageStore(_layout, TemporaryFolder.PrivateFiles).Invoking(static store => store.Open("none")).Should().Throw<ImageException>().Which.Code.Should().Be(SandboxErrorCode.ImageMissing);

    [Test]
    public void A_store_that_cannot_be_written_says_so() => Host.WithoutWriting(_layout.Images, () =>
    {
        var failure = new BaseImageStore(_layout, TemporaryFolder.PrivateFiles).Awaiting(store => store.AddAsync(_image.Folder, CancellationToken.None)).Should().ThrowAsync<PlatformException>().GetAwaiter().GetResult().Which;
        failure.Code.Should().Be(SandboxErrorCode.StoreNotWritable);
        failure.Message.Should().Contain(_layout.Root);
    });

    [Test]
    public async Task What_a_killed_process_left_is_swept_when_it_is_old_and_nothing_else(CancellationToken cancellationToken)
    {
        var image = await new BaseImageStore(_layout, TemporaryFolder.PrivateFiles).AddAsync(_image.Folder, cancellationToken);
        var (old, young) = (Path.Combine(_layout.Images, ".part-old"), Path.Combine(_layout.Images, ".part-young"));
        foreach (var part in (string[])[old, young])
        {
            Directory.CreateDirectory(part);
            await File.WriteAllTextAsync(Path.Combine(part, "vmlinux"), "half", cancellationToken);
        }

        File.SetAttributes(Path.Combine(old, "vmlinux"), FileAttributes.ReadOnly);
        File.SetLastWriteTimeUtc(Path.Combine(old, "vmlinux"), DateTime.UnixEpoch);
        Directory.SetLastWriteTimeUtc(old, DateTime.UnixEpoch);

        new BaseImageStore(_layout, TemporaryFolder.PrivateFiles).Sweep(DateTimeOffset.UnixEpoch.AddDays(1));

        Directory.EnumerateDirectories(_layout.Images).Should().BeEquivalentTo(young, _layout.Image(image.Id));
    }

    private async Task<string> FailsAsync(SandboxErrorCode code, CancellationToken cancellationToken)
    {
        var failure = (await new BaseImageStore(_layout, TemporaryFolder.PrivateFiles).Invoking(store => store.AddAsync(_image.Folder, cancellationToken)).Should().ThrowAsync<ImageException>()).Which;
        failure.Code.Should().Be(code);
        Directory.EnumerateFileSystemEntries(_layout.Images).Should().BeEmpty("a failure leaves nothing behind");
        return failure.Message;
    }
}
