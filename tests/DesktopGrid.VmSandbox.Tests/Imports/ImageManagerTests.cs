using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Imports;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Tests.Support;

namespace DesktopGrid.VmSandbox.Tests.Imports;

[CancelAfter(120_000)]
public sealed class ImageManagerTests
{
    private ImportBench _bench = null!;

    [SetUp]
    public void Open() => _bench = new ImportBench();

    [TearDown]
    public async Task CloseAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task Base_images_and_layers_are_listed_and_removed(CancellationToken cancellationToken)
    {
        var image = await _bench.Images.AddAsync(_bench.BaseImage("debian").Folder, cancellationToken);
        var layer = await _bench.ImportAsync(new TarBytes().File("a").Whole(), cancellationToken: cancellationToken);

        var all = await _bench.Images.ListAsync(cancellationToken);
        all.Should().BeEquivalentTo([image, layer], static options => options.WithStrictOrdering());
        image.Should().BeEquivalentTo(new { Name = "debian", Kind = (LayerKind?)null, Architecture = "x86_64", Machines = 0 });
        all.Should().OnlyContain(static it => it.Bytes > 0);

        await _bench.Images.RemoveAsync("layer", cancellationToken);
        await _bench.Images.RemoveAsync(image.Id[..8], cancellationToken);
        (await _bench.Images.ListAsync(cancellationToken)).Should().BeEmpty();
        (await FluentActions.Awaiting(() => _bench.Images.RemoveAsync("layer", cancellationToken)).Should().ThrowAsync<ImageException>()).Which.Code.Should().Be(SandboxErrorCode.ImageMissing);
    }

    [Test]
    public async Task What_a_machine_is_made_of_is_not_removed(CancellationToken cancellationToken)
    {
        var image = await _bench.Images.AddAsync(_bench.BaseImage("debian").Folder, cancellationToken);
        var layer = await _bench.ImportAsync(new TarBytes().File("a").Whole(), cancellationToken: cancellationToken);
        _bench.Rows.Add(Rows.Machine("a") with { ImageId = image.Id, Layers = [layer.Id] });

        foreach (var name in (string[])["debian", "layer"])
        {
            (await FluentActions.Awaiting(() => _bench.Images.RemoveAsync(name, cancellationToken)).Should().ThrowAsync<ImageException>()).Which.Code.Should().Be(SandboxErrorCode.ImageInUse);
        }

        (await _bench.Images.ListAsync(cancellationToken)).Should().OnlyContain(static it => it.Machines == 1);
    }

    [Test]
    public async Task One_whose_files_were_spoiled_is_listed_with_its_fault(CancellationToken cancellationToken)
    {
        var layer = await _bench.ImportAsync(new TarBytes().File("a").Whole(), cancellationToken: cancellationToken);
        File.Delete(Path.Combine(_bench.Layout.Layer(layer.Id), "manifest.json"));

        (await _bench.Images.ListAsync(cancellationToken)).Should().ContainSingle().Which.Fault.Should().Contain("no layer in");
        await _bench.Images.RemoveAsync("layer", cancellationToken);
        _bench.ShouldHaveNothing();
    }

    [Test]
    public async Task Progress_ends_with_all_of_it(CancellationToken cancellationToken)
    {
        var told = new List<ImportProgress>();
        File.WriteAllBytes(_bench.File("a.tar"), new TarBytes().File("a", new string('x', 100_000)).Whole());

        await _bench.Images.ImportAsync(new LayerImport { Path = _bench.File("a.tar"), Name = "a" }, new Recorder(told), cancellationToken);

        told.Select(static it => it.Step).Distinct().Should().Equal(ImportStep.Read, ImportStep.Verify);
        told[^1].Bytes.Should().Be(told[^1].TotalBytes).And.BeGreaterThan(100_000);
        told.Should().OnlyContain(static it => it.Bytes <= it.TotalBytes);
    }

    [Test]
    public async Task Room_is_asked_for_before_it_is_taken(CancellationToken cancellationToken)
    {
        _bench.Room = 1000;

        await FluentActions.Awaiting(() => _bench.ImportAsync(new TarBytes().File("a", new string('x', 2000)).Whole(), cancellationToken: cancellationToken)).Should().ThrowAsync<SandboxException>();

        _bench.Demanded.Should().Equal(0, 2000);
        _bench.ShouldHaveNothing();
    }

    [Test]
    public async Task An_import_that_is_cancelled_leaves_nothing()
    {
        using var cancel = new CancellationTokenSource();
        await File.WriteAllBytesAsync(_bench.File("a.tar"), new TarBytes().File("a", new string('x', 1_000_000)).Whole(), CancellationToken.None);

        await FluentActions.Awaiting(() => _bench.Images.ImportAsync(new LayerImport { Path = _bench.File("a.tar"), Name = "a" }, new Canceller(cancel), cancel.Token)).Should().ThrowAsync<OperationCanceledException>();

        _bench.ShouldHaveNothing();
    }

    [Test]
    public async Task What_is_no_source_is_one_clear_error(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_bench.File("folder"));
        await FailsAsync(_bench.File("none"), SandboxErrorCode.ImageMissing);
        await FailsAsync(_bench.File("folder"), SandboxErrorCode.ImageUnsuitable);
        foreach (var bytes in (byte[][])[[], [1], new byte[5000], [.. Enumerable.Repeat((byte)0xA5, 70_000)]])
        {
            await File.WriteAllBytesAsync(_bench.File("rubbish"), bytes, cancellationToken);
            await FailsAsync(_bench.File("rubbish"), SandboxErrorCode.ImageMalformed);
        }

        async Task FailsAsync(string path, SandboxErrorCode code) =>
            (await FluentActions.Awaiting(() => _bench.Images.ImportAsync(new LayerImport { Path = path, Name = "x" }, null, cancellationToken)).Should().ThrowAsync<ImageException>()).Which.Code.Should().Be(code);
    }

    [TestCase("")]
    [TestCase("a b")]
    [TestCase("../x")]
    public async Task A_name_that_is_none_is_refused(string name) =>
        await FluentActions.Awaiting(() => _bench.Images.ImportAsync(new LayerImport { Path = "x", Name = name })).Should().ThrowAsync<ArgumentException>();

    [Test]
    public async Task Bounds_that_are_none_are_refused()
    {
        var import = new LayerImport { Path = "x", Name = "x" };
        foreach (var faulty in (LayerImport[])[import with { MaxBytes = 1 }, import with { MaxBytes = long.MaxValue }, import with { Timeout = TimeSpan.Zero }, import with { Timeout = TimeSpan.FromDays(2) }, import with { Partition = -1 }, import with { Kind = (LayerKind)7 }, import with { Path = " " }])
        {
            await FluentActions.Awaiting(() => _bench.Images.ImportAsync(faulty)).Should().ThrowAsync<ArgumentException>();
        }
    }

    [Test]
    public async Task A_closed_door_is_closed()
    {
        await _bench.Images.DisposeAsync();

        await FluentActions.Awaiting(() => _bench.Images.ListAsync()).Should().ThrowAsync<ObjectDisposedException>();
    }

    private sealed class Recorder(List<ImportProgress> told) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => told.Add(value);
    }

    private sealed class Canceller(CancellationTokenSource cancel) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => cancel.Cancel();
    }
}
