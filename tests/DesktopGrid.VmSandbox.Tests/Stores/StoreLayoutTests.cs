using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Tests.Images;
using DesktopGrid.VmSandbox.Tests.Support;

namespace DesktopGrid.VmSandbox.Tests.Stores;

[CancelAfter(240_000)]
public sealed class StoreLayoutTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Open() => _folder = new TemporaryFolder();

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public void A_store_is_made_where_there_is_none_and_left_alone_where_there_is_one()
    {
        var layout = new StoreLayout(_folder.File("deep/down/store"));
        layout.Prepare(TemporaryFolder.PrivateFiles);
        File.WriteAllText(layout.Catalog, "precious");
        layout.Prepare(TemporaryFolder.PrivateFiles);

        File.ReadAllText(layout.Catalog).Should().Be("precious");
        Directory.EnumerateFileSystemEntries(layout.Root).Select(Path.GetFileName).Should().BeEquivalentTo("catalog.db", "images", "layers", "templates", "machines", "logs");
    }

    [Test]
    public void The_names_of_a_new_store_are_on_the_disk_up_to_the_folder_that_was_there()
    {
        var (layout, files) = (new StoreLayout(_folder.File("deep/down/store")), new RecordingFiles());

        layout.Prepare(files);
        files.Flushed.Should().Equal(layout.Root, _folder.File("deep/down"), _folder.File("deep"), _folder.Path);

        // The first may have been killed before.
        layout.Prepare(files);
        files.Flushed.Skip(4).Should().Equal(layout.Root);
    }

    [Test]
    public void Every_path_lies_in_the_store()
    {
        var layout = new StoreLayout(_folder.File("x/../store"));

        layout.Root.Should().Be(_folder.File("store"));
        foreach (var path in (string[])[layout.Catalog, layout.Images, layout.Machines, layout.Logs, layout.Image("i"), layout.Layers, layout.Layer("l"), layout.Machine("m"), layout.Overlay("m"), layout.InputDisk("m"), layout.OutputDisk("m"), layout.Lock("m"), layout.Log("m")])
        {
            path.Should().StartWith(layout.Root + "/");
        }
    }

    [Test]
    public void The_space_of_a_machine_s_disks_is_free_although_somebody_still_has_them_open()
    {
        var layout = new StoreLayout(_folder.File("store"));
        layout.Prepare(TemporaryFolder.PrivateFiles);
        layout.MakeMachine("m", TemporaryFolder.PrivateFiles);
        var open = ((string[])[layout.Overlay("m"), layout.InputDisk("m"), layout.OutputDisk("m")]).Select(static path => new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete)).ToList();
        open.ForEach(static file => file.SetLength(1 << 20));

        layout.RemoveMachine("m");

        open.Select(static file => RandomAccess.GetLength(file.SafeFileHandle)).Should().AllBeEquivalentTo(0);
        Directory.EnumerateFileSystemEntries(layout.Machines).Should().BeEmpty();
        open.ForEach(static file => file.Dispose());
    }

    [Test]
    public void A_place_where_nothing_can_be_made_says_so_and_what_to_do()
    {
        var failure = FluentActions.Invoking(static () => new StoreLayout("/proc/vmsandbox").Prepare(TemporaryFolder.PrivateFiles)).Should().Throw<PlatformException>().Which;

        failure.Code.Should().Be(SandboxErrorCode.StoreNotWritable);
        failure.Message.Should().Contain("/proc/vmsandbox").And.Contain("Choose a folder that this user may write.");
    }

    [Test]
    public void A_file_in_the_store_s_place_says_so()
    {
        File.WriteAllText(_folder.File("store"), "");

        FluentActions.Invoking(() => new StoreLayout(_folder.File("store")).Prepare(TemporaryFolder.PrivateFiles)).Should().Throw<PlatformException>().Which.Code.Should().Be(SandboxErrorCode.StoreNotWritable);
    }

    [Test]
    public void A_store_that_may_only_be_read_says_so()
    {
        var layout = new StoreLayout(_folder.Make("store"));
        layout.Prepare(TemporaryFolder.PrivateFiles);
        Host.WithoutWriting(layout.Root, () => layout.Invoking(static it => it.Prepare(TemporaryFolder.PrivateFiles)).Should().Throw<PlatformException>().Which.Code.Should().Be(SandboxErrorCode.StoreNotWritable));
    }

    [Test]
    public void A_full_disk_is_told_from_other_failures()
    {
        var full = FluentActions.Invoking(static () => File.WriteAllText("/dev/full", "x")).Should().Throw<IOException>().Which;

        var failure = StoreFault.From(full, "The store cannot be written");
        failure.Code.Should().Be(SandboxErrorCode.DiskFull);
        failure.Message.Should().Be("The store cannot be written: the disk is full. Free some space, or choose another disk.");
        failure.IsTransient.Should().BeTrue();
        StoreFault.From(new IOException("no"), "It").Code.Should().Be(SandboxErrorCode.StoreNotWritable);
    }

    /// <summary>A file system of one mebibyte in namespaces of its own: a real full disk, also for an ordinary user where the host lets it.</summary>
    [TestCase(8, Description = "overlays fill it")]
    [TestCase(4 << 20, Description = "the image does not fit")]
    public async Task A_disk_that_fills_up_is_told_as_full_and_leaves_no_half_image(int kernelBytes, CancellationToken cancellationToken)
    {
        string[] front = [Host.RequireTool("unshare"), "--user", "--map-root-user", "--mount", "/bin/sh", "-c", "mount -t tmpfs -o size=1m tmpfs \"$0\" || { echo no-namespace; exit 0; }; exec \"$@\"", _folder.Make("small")];
        var image = new SampleImage(_folder.File("image"), kernelBytes: kernelBytes);
        using var filling = SecondProcess.Start(front, SecondProcessWork.Fill, _folder.File("small"), image.Folder);

        var said = await filling.SaysAsync(cancellationToken);

        Assume.That(said, Is.Not.Null.And.Not.EqualTo("no-namespace"), "this host lets no ordinary user mount a file system of its own");
        said.Should().StartWith("DiskFull:").And.Contain("the disk is full").And.EndWith(kernelBytes > 1000 ? "[0 left]" : "[1 left]");
        await filling.EndsWellAsync(cancellationToken);
    }
}
