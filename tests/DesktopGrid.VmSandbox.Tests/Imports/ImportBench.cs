using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Imports;
using DesktopGrid.VmSandbox.Imports.Verbs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Tests.Disks;
using DesktopGrid.VmSandbox.Tests.Images;
using DesktopGrid.VmSandbox.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace DesktopGrid.VmSandbox.Tests.Imports;

/// <summary>The verbs about images over a real store, without QEMU.</summary>
internal sealed class ImportBench : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CatalogDatabase _database;

    public ImportBench()
    {
        Layout = new StoreLayout(_folder.File("store"));
        Layout.Prepare(TemporaryFolder.PrivateFiles);
        _database = CatalogDatabase.Open(Layout.Catalog);
        Rows = new MachineTable(_database);
        var images = new ImageLibrary(new BaseImageStore(Layout, TemporaryFolder.PrivateFiles), new ImageTable(_database), null, TimeProvider.System);
        Layers = new LayerLibrary(new LayerStore(Layout, TemporaryFolder.PrivateFiles, TimeProvider.System), new LayerTable(_database), TimeProvider.System);
        Images = new ImageManager(new ImportServices(Layout, images, Layers, Rows, new NoQemu(), new NoQemu(), TemporaryFolder.PrivateFiles, DemandRoomAsync, TimeProvider.System, NullLogger.Instance));
    }

    public StoreLayout Layout { get; }

    public MachineTable Rows { get; }

    public LayerLibrary Layers { get; }

    public ImageManager Images { get; }

    /// <summary>How many bytes room was demanded for.</summary>
    public List<long> Demanded { get; } = [];

    /// <summary>More than this there is no room for.</summary>
    public long Room { get; set; } = long.MaxValue;

    public string File(string name) => _folder.File(name);

    public SampleImage BaseImage(string name) => new(_folder.File(name), name);

    /// <summary>Imports bytes.</summary>
    public Task<StoredImage> ImportAsync(byte[] bytes, string name = "source.tar", Func<LayerImport, LayerImport>? alter = null, CancellationToken cancellationToken = default)
    {
        System.IO.File.WriteAllBytes(File(name), bytes);
        var import = new LayerImport { Path = File(name), Name = "layer" };
        return Images.ImportAsync(alter?.Invoke(import) ?? import, null, cancellationToken);
    }

    /// <summary>What a guest would see of a layer.</summary>
    public IReadOnlyDictionary<string, IsoEntry> Read(StoredImage layer) => new IsoReader(Disk(layer)).Read();

    /// <summary>What a guest would read of a file.</summary>
    public string Text(StoredImage layer, string path) =>
        string.Concat(Read(layer)[path].Extents.Select(extent => System.Text.Encoding.UTF8.GetString(Disk(layer), (int)(extent.Sector * 2048), (int)extent.Length)));

    /// <summary>Bytes are refused, by this code and for this reason, and nothing of them is left.</summary>
    public async Task ShouldRefuseAsync(byte[] bytes, SandboxErrorCode code, string reason, string name = "source.tar", Func<LayerImport, LayerImport>? alter = null)
    {
        var failure = (await FluentActions.Awaiting(() => ImportAsync(bytes, name, alter)).Should().ThrowAsync<ImageException>()).Which;
        (failure.Code, failure.Message).Should().Be((code, failure.Message));
        failure.Message.Should().Contain(reason).And.NotContainAny("\u001b", "\0", "\n");
        failure.Advice.Should().NotBeNull();
        ShouldHaveNothing();
    }

    public void ShouldHaveNothing()
    {
        Directory.EnumerateFileSystemEntries(Layout.Layers).Should().BeEmpty();
        Layers.All().Should().BeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        await Images.DisposeAsync();
        _database.Dispose();
        _folder.Dispose();
    }

    private byte[] Disk(StoredImage layer) => System.IO.File.ReadAllBytes(Layers.Open(layer.Id).DiskPath);

    private Task DemandRoomAsync(long bytes, CancellationToken cancellationToken)
    {
        Demanded.Add(bytes);
        return bytes <= Room ? Task.CompletedTask : throw new ImageException(SandboxErrorCode.BudgetExceeded, "There is no room.");
    }
}
