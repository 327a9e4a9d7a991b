using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Tests.Support;

namespace DesktopGrid.VmSandbox.Tests.Images.Layers;

[CancelAfter(60_000)]
public sealed class LayerStoreTests
{
    private readonly RecordingFiles _files = new();
    private TemporaryFolder _folder = null!;
    private StoreLayout _layout = null!;
    private LayerStore _store = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        _layout = new StoreLayout(_folder.File("store"));
        _layout.Prepare(_files);
        _files.Flushed.Clear();
        _store = new LayerStore(_layout, _files, TimeProvider.System);
    }

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public void A_layer_lies_in_a_folder_named_by_its_hash_and_is_read_only()
    {
        var layer = Add();

        layer.DiskPath.Should().Be(Path.Combine(_layout.Layer(layer.Id), "disk"));
        File.GetAttributes(layer.DiskPath).Should().HaveFlag(FileAttributes.ReadOnly);
        _store.Open(layer.Id).Should().BeEquivalentTo(layer);
        Names().Should().Equal(layer.Id);
    }

    [Test]
    public void A_layer_that_was_added_is_on_the_disk_its_files_before_their_folder_and_that_before_its_name()
    {
        Add();

        _files.Flushed[..2].Select(static path => Path.GetFileName(path)!).Should().BeEquivalentTo("disk", "manifest.json");
        _files.Flushed[2..].Should().Equal(Path.GetDirectoryName(_files.Flushed[0])!, _layout.Layers);
    }

    [Test]
    public void What_was_needed_on_the_way_does_not_become_a_part_of_it()
    {
        using var draft = _store.Begin();
        File.WriteAllText(draft.Scratch("tree"), "half");
        File.WriteAllBytes(draft.DiskPath, [1]);

        var layer = _store.Settle(draft, SampleLayer.Manifest(draft.DiskPath));

        Directory.EnumerateFiles(_layout.Layer(layer.Id)).Select(Path.GetFileName).Should().BeEquivalentTo("disk", "manifest.json", "verified");
    }

    [Test]
    public void The_same_layer_is_there_once_however_often_it_is_added()
    {
        Add().Should().BeEquivalentTo(Add());

        Names().Should().ContainSingle();
    }

    [Test]
    public void A_draft_that_is_given_up_leaves_nothing()
    {
        using (var draft = _store.Begin())
        {
            File.WriteAllBytes(draft.DiskPath, [1]);
            Names().Should().HaveCount(2, "a folder and its lock");
        }

        Names().Should().BeEmpty();
    }

    [Test]
    public void A_sweep_takes_what_a_killed_process_left_and_nothing_that_is_just_being_made()
    {
        using var draft = _store.Begin();
        var left = Path.Combine(_layout.Layers, ".part-left");
        Directory.CreateDirectory(Path.Combine(left, "deep"));
        File.WriteAllText(Path.Combine(left, "deep/disk"), "half");
        File.SetAttributes(Path.Combine(left, "deep/disk"), FileAttributes.ReadOnly);
        File.WriteAllText(left + ".lock", "");
        var layer = Add();

        _store.Sweep();

        Names().Should().BeEquivalentTo(layer.Id, Path.GetFileName(draft.Folder), Path.GetFileName(draft.Folder) + ".lock");
    }

    [Test]
    public void A_disk_that_was_changed_is_refused()
    {
        var layer = Add();
        File.SetAttributes(layer.DiskPath, FileAttributes.Normal);
        File.WriteAllBytes(layer.DiskPath, new byte[4095].Append((byte)1).ToArray());
        File.SetLastWriteTimeUtc(layer.DiskPath, DateTime.UnixEpoch);

        _store.Invoking(it => it.Open(layer.Id)).Should().Throw<ImageException>().Where(static e => e.Code == SandboxErrorCode.ImageMissing && e.Message.Contains("damaged"));
    }

    [Test]
    public void One_that_was_damaged_is_whole_again_when_it_is_added_again()
    {
        var layer = Add();
        File.SetAttributes(layer.DiskPath, FileAttributes.Normal);
        File.WriteAllText(layer.DiskPath, "short");

        Add().Should().BeEquivalentTo(layer);

        _store.Open(layer.Id).Should().BeEquivalentTo(layer);
        Names().Should().ContainSingle();
    }

    [Test]
    public void A_layer_can_be_removed_and_that_again()
    {
        var layer = Add();
        _store.Remove(layer.Id);
        _store.Remove(layer.Id);

        Names().Should().BeEmpty();
        _store.Invoking(it => it.Open(layer.Id)).Should().Throw<ImageException>().Which.Code.Should().Be(SandboxErrorCode.ImageMissing);
    }

    private IEnumerable<string> Names() => Directory.EnumerateFileSystemEntries(_layout.Layers).Select(static path => Path.GetFileName(path));

    private Layer Add()
    {
        using var draft = _store.Begin();
        File.WriteAllBytes(draft.DiskPath, new byte[4096]);
        return _store.Settle(draft, SampleLayer.Manifest(draft.DiskPath));
    }
}
