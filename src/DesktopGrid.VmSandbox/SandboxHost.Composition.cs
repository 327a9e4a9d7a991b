using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Sessions.Http;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms;
using DesktopGrid.VmSandbox.Vms.Lifecycle;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DesktopGrid.VmSandbox;

/// <summary>The only place where parts are joined.</summary>
public sealed partial class SandboxHost
{
    private static HostParts Compose(SandboxHostOptions options, ILoggerFactory? loggers)
    {
        loggers ??= NullLoggerFactory.Instance;
        var time = TimeProvider.System;
        var layout = new StoreLayout(options.StorePath);
        layout.Prepare();
        var database = CatalogDatabase.Open(layout.Catalog);
        try
        {
            var platform = HostPlatform.Create(time);
            var launcher = new QemuLauncher(platform, options.Qemu, time, loggers);
            var selector = new QemuSelector(
                new QemuLocator(platform, options.Qemu),
                new QemuProber(platform, options.Qemu, time, loggers),
                new AcceleratorProver(platform, launcher, options.Qemu, time),
                new VerdictTable(database, time),
                options.Qemu);
            var services = new VmServices(
                layout,
                new ImageLibrary(new BaseImageStore(layout), new ImageTable(database), options.GuestImage, time),
                new MachineTable(database),
                new KeptLogTable(database),
                selector,
                launcher,
                options.Qemu,
                platform,
                new HttpGuestLinkFactory(options.Session, time),
                time,
                loggers.CreateLogger<SandboxHost>());
            return new HostParts(services, database, platform, selector);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>What a host owns, and the order in which it lets go.</summary>
    private sealed class HostParts(VmServices services, CatalogDatabase database, IHostPlatform platform, QemuSelector selector) : IAsyncDisposable
    {
        public StoreLayout Layout => services.Layout;

        public TimeProvider Time => services.Time;

        public VmManager Machines { get; } = new(services);

        public StoreReconciler Reconciler { get; } = new(services);

        public JobTable Jobs { get; } = new(database);

        public JobTelemetry Telemetry { get; } = new();

        public static ISandboxSession SessionOf(IRunningMachine machine) => ((HttpGuestLink)machine.Link).Session;

        public IAsyncEnumerable<LogLine> ReadLog(VmId machine, LogQuery query, CancellationToken cancellationToken)
        {
            var (id, path) = (machine.ToString(), Layout.Log(machine.ToString()));
            return services.Machines.Find(id) is not null || File.Exists(path)
                ? MachineLogReader.ReadAsync(path, query, () => services.Machines.Find(id) is null, Time, cancellationToken)
                : throw new VmException(SandboxErrorCode.MachineUnknown, $"There is no machine {id} in this store, and no log of it.") { Machine = id };
        }

        public async ValueTask DisposeAsync()
        {
            await Machines.DisposeAsync().ConfigureAwait(false);
            Telemetry.Dispose();
            selector.Dispose();
            platform.Dispose();
            database.Dispose();
        }
    }
}
