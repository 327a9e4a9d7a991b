using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Platform.Hosts;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Tests.Images;
using DesktopGrid.VmSandbox.Vms;
using DesktopGrid.VmSandbox.Vms.Lifecycle;
using DesktopGrid.VmSandbox.Vms.Running;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DesktopGrid.VmSandbox.Tests.Support;

/// <summary>The machine verbs over a real store, catalog and platform, without QEMU: for what they do before one is started, and refuse.</summary>
internal sealed class MachineBench : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CatalogDatabase _database;
    private readonly IHostPlatform _platform;

    public MachineBench()
    {
        Layout = new StoreLayout(_folder.File("store"));
        Layout.Prepare(TemporaryFolder.PrivateFiles);
        _database = CatalogDatabase.Open(Layout.Catalog);
        _platform = HostPlatform.Create(TimeProvider.System);
        Rows = new MachineTable(_database);
        KeptLogs = new KeptLogTable(_database);
        Checkpoints = new CheckpointTable(_database);
        var images = new ImageLibrary(new BaseImageStore(Layout, TemporaryFolder.PrivateFiles), new ImageTable(_database), new SampleImage(_folder.File("image")).Folder, Time);
        Layers = new LayerLibrary(new LayerStore(Layout, TemporaryFolder.PrivateFiles, Time), new LayerTable(_database), Time);
        var services = new VmServices(Layout, images, Layers, Rows, KeptLogs, Checkpoints, new NoQemu(), new NoQemu(), new NoQemu(), new QemuOptions(), _platform, new NoQemu(), Time, NullLogger.Instance);
        Machines = new VmManager(services);
        Reconciler = new StoreReconciler(services);
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UnixEpoch.AddDays(20_000));

    public StoreLayout Layout { get; }

    public LayerLibrary Layers { get; }

    public MachineTable Rows { get; }

    public KeptLogTable KeptLogs { get; }

    public CheckpointTable Checkpoints { get; }

    public VmManager Machines { get; }

    public StoreReconciler Reconciler { get; }

    public IHostPlatform Platform => _platform;

    /// <summary>A new machine that the catalog says is in this state.</summary>
    public async Task<VmId> MachineInAsync(VmState state, CancellationToken cancellationToken)
    {
        var id = await Machines.CreateAsync(new VmOptions(), cancellationToken);
        Rows.Update(Rows.Find(id.ToString())! with { State = state.ToString() });
        return id;
    }

    public async ValueTask DisposeAsync()
    {
        await Machines.DisposeAsync();
        _platform.Dispose();
        _database.Dispose();
        _folder.Dispose();
    }
}
