using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;

namespace DesktopGrid.VmSandbox.Tests.Images;

[CancelAfter(60_000)]
public sealed class ImageLibraryTests
{
    private TemporaryFolder _folder = null!;
    private CatalogDatabase _catalog = null!;
    private ImageLibrary _library = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        var layout = new StoreLayout(_folder.File("store"));
        layout.Prepare(TemporaryFolder.PrivateFiles);
        _catalog = CatalogDatabase.Open(layout.Catalog);
        _library = new ImageLibrary(new BaseImageStore(layout, TemporaryFolder.PrivateFiles), new ImageTable(_catalog), new SampleImage(_folder.File("standard"), "standard").Folder, TimeProvider.System);
    }

    [TearDown]
    public void Close()
    {
        _catalog.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task The_default_image_is_added_when_it_is_first_asked_for(CancellationToken cancellationToken)
    {
        var image = await _library.ResolveAsync(null, cancellationToken);

        image.Manifest.Name.Should().Be("standard");
        new ImageTable(_catalog).All().Should().ContainSingle().Which.Id.Should().Be(image.Id);
        (await _library.ResolveAsync(null, cancellationToken)).Should().Be(image);
        new ImageTable(_catalog).All().Should().ContainSingle();
    }

    [Test]
    public async Task An_image_is_found_by_name_hash_and_beginning_of_its_hash(CancellationToken cancellationToken)
    {
        var other = await _library.AddAsync(new SampleImage(_folder.File("other"), "other").Folder, cancellationToken);

        foreach (var name in (string[])["other", other.Id, other.Id[..8]])
        {
            (await _library.ResolveAsync(name, cancellationToken)).Should().Be(other);
        }

        _library.NameOf(other.Id).Should().Be("other");
        _library.Open(other.Id).Should().Be(other);
    }

    [Test]
    public async Task The_default_image_is_found_by_its_name_before_it_was_ever_used(CancellationToken cancellationToken) =>
        (await _library.ResolveAsync("standard", cancellationToken)).Manifest.Name.Should().Be("standard");

    [TestCase("none")]
    [TestCase("../standard")]
    [TestCase("a")]
    public async Task A_name_that_nothing_has_is_refused_with_the_names_that_are_there(string name, CancellationToken cancellationToken)
    {
        var failure = (await _library.Invoking(it => it.ResolveAsync(name, cancellationToken)).Should().ThrowAsync<ImageException>()).Which;

        failure.Code.Should().Be(SandboxErrorCode.ImageMissing);
        failure.Message.Should().Contain(name).And.Contain("It has: standard.");
    }

    [Test]
    public void The_name_of_a_forgotten_image_is_the_beginning_of_its_hash() => _library.NameOf(new string('a', 64)).Should().Be("aaaaaaaaaaaa");
}
