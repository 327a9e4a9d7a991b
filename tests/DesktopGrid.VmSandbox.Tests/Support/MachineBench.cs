using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Platform.Hosts;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Tests.Images;
using DesktopGrid.VmSandbox.Vms;
using DesktopGrid.VmSandbox.Vms.Boundary;
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
        Layers = new LayerLibrary(new LayerStore(Layout, TemporaryFolder.PrivateFiles), new LayerTable(_database), Time);
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

    /// <summary>Stands where QEMU would, and tells whoever comes so far.</summary>
    private sealed class NoQemu : IQemuLauncher, IQemuImageTool, IQemuSelector, IGuestLinkFactory
    {
        public Task<IQemuProcess> StartAsync(QemuInstallation installation, MachineSpec spec, Action<ProcessIdentity>? announce, CancellationToken cancellationToken) => throw Reached();

        public Task<IQemuProcess> AdoptAsync(ProcessIdentity identity, MachineSpec spec, CancellationToken cancellationToken) => throw Reached();

        public Task EndStrayAsync(LocalEndpoint monitor, CancellationToken cancellationToken) => throw Reached();

        public Task RevertAsync(QemuInstallation installation, string machine, OverlayDisk disk, string snapshot, CancellationToken cancellationToken) => throw Reached();

        public Task DeleteAsync(QemuInstallation installation, string machine, OverlayDisk disk, string snapshot, CancellationToken cancellationToken) => throw Reached();

        public Task KeepAsync(QemuInstallation installation, string machine, OverlayDisk disk, string snapshot, CancellationToken cancellationToken) => throw Reached();

        public Task ExtractAsync(QemuInstallation installation, string machine, OverlayDisk disk, string snapshot, string target, CancellationToken cancellationToken) => throw Reached();

        public Task ConvertAsync(QemuInstallation installation, string name, string source, string format, string target, long length, CancellationToken cancellationToken) => throw Reached();

        public Task<QemuInstallation> FindAsync(CancellationToken cancellationToken) => throw Reached();

        public Task<QemuInstallation> FindAgainAsync(CancellationToken cancellationToken) => throw Reached();

        public Task<IReadOnlyList<AcceleratorVerdict>> ProveAsync(ProvingGuest guest, bool again, CancellationToken cancellationToken) => throw Reached();

        public IGuestLink Connect(VmId machine, IReadOnlyList<SerialPort> ports, IReadOnlyDictionary<string, string> variables, bool isFresh, TimeProvider time, CancellationToken machineEnded) => throw Reached();

        private static InvalidOperationException Reached() => new("QEMU was asked for in a test that has none.");
    }
}
