using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace DesktopGrid.VmSandbox.Tests.Images.Layers;

[CancelAfter(60_000)]
public sealed class LayerLibraryTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private TemporaryFolder _folder = null!;
    private CatalogDatabase _catalog = null!;
    private LayerLibrary _library = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        var layout = new StoreLayout(_folder.File("store"));
        layout.Prepare(TemporaryFolder.PrivateFiles);
        _catalog = CatalogDatabase.Open(layout.Catalog);
        _library = new LayerLibrary(new LayerStore(layout, TemporaryFolder.PrivateFiles, _time), new LayerTable(_catalog), _time);
    }

    [TearDown]
    public void Close()
    {
        _catalog.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void A_layer_is_found_by_name_hash_and_beginning_of_its_hash()
    {
        var layer = SampleLayer.AddTo(_library, "numpy");
        SampleLayer.AddTo(_library, "other", LayerKind.Root);

        foreach (var name in (string[])["numpy", layer.Id, layer.Id[..8]])
        {
            _library.Resolve(name).Should().BeEquivalentTo(layer);
        }

        _library.NameOf(layer.Id).Should().Be("numpy");
        _library.TryResolve(layer.Id[..7]).Should().BeNull("so short a beginning would hit by chance");
    }

    [Test]
    public void Of_two_layers_of_one_name_the_newest_counts()
    {
        SampleLayer.AddTo(_library);
        _time.Advance(TimeSpan.FromSeconds(1));
        var newer = SampleLayer.AddTo(_library, kind: LayerKind.Root);
        _library.Resolve("sample").Id.Should().Be(newer.Id);

        _time.Advance(TimeSpan.FromSeconds(1));
        var again = SampleLayer.AddTo(_library);
        _library.Resolve("sample").Id.Should().Be(again.Id);
        _library.All().Should().HaveCount(2);
    }

    [Test]
    public void A_layer_that_there_is_not_is_refused_and_those_that_there_are_are_told()
    {
        Refusal().Should().Contain("no layer \"pandas\"").And.Contain("import one first");
        SampleLayer.AddTo(_library, "numpy");
        Refusal().Should().Contain("It has: numpy.");

        string Refusal() => _library.Invoking(static it => it.Resolve("pandas")).Should().Throw<ImageException>().Where(static e => e.Code == SandboxErrorCode.ImageMissing).Which.Message;
    }

    [Test]
    public void A_layer_is_removed_unless_a_machine_has_it_or_it_was_just_asked_for()
    {
        var layer = SampleLayer.AddTo(_library);
        _library.Resolve("sample");
        _library.RemoveUnused(layer.Id, _time.GetUtcNow().AddMinutes(-1)).Should().BeFalse();

        new ImageTable(_catalog).Add(Rows.Image);
        var machines = new MachineTable(_catalog);
        machines.Add(Rows.Machine("a") with { Layers = [layer.Id] });
        _library.RemoveUnused(layer.Id, _time.GetUtcNow()).Should().BeFalse();

        machines.Remove("a");
        _library.RemoveUnused(layer.Id, _time.GetUtcNow()).Should().BeTrue();
        _library.TryResolve("sample").Should().BeNull();
    }
}
