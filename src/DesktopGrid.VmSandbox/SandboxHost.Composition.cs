using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Diagnosis;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Imports.Verbs;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Jobs.Running;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Pausing;
using DesktopGrid.VmSandbox.Platform.Activity;
using DesktopGrid.VmSandbox.Platform.Hosts;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Qemu.Discovery;
using DesktopGrid.VmSandbox.Qemu.Launching;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Sessions.Http;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms;
using DesktopGrid.VmSandbox.Vms.Boundary;
using DesktopGrid.VmSandbox.Vms.Lifecycle;
using DesktopGrid.VmSandbox.Vms.Running;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DesktopGrid.VmSandbox;

/// <summary>The only place where parts are joined.</summary>
public sealed partial class SandboxHost
{
    private static HostParts Compose(SandboxHostOptions options, ILoggerFactory? loggers, Func<IHostPlatform, IHostPlatform> furnish)
    {
        loggers ??= NullLoggerFactory.Instance;
        var time = TimeProvider.System;
        var layout = new StoreLayout(options.StorePath);
        var platform = furnish(HostPlatform.Create(time));
        CatalogDatabase? database = null;
        try
        {
            layout.Prepare(platform.Files);
            database = CatalogDatabase.Open(layout.Catalog);
            var launcher = new QemuLauncher(platform, options.Qemu, time, loggers);
            var selector = new QemuSelector(
                new QemuLocator(platform, options.Qemu),
                new QemuProber(platform, options.Qemu, time, loggers),
                new AcceleratorProver(platform, launcher, options.Qemu, time),
                new KeptVerdicts(new VerdictTable(database), time),
                platform,
                options.Qemu);
            var services = new VmServices(
                layout,
                new ImageLibrary(new BaseImageStore(layout, platform.Files), new ImageTable(database), options.GuestImage, time),
                new LayerLibrary(new LayerStore(layout, platform.Files, time), new LayerTable(database), time),
                new MachineTable(database),
                new KeptLogTable(database),
                new CheckpointTable(database),
                selector,
                launcher,
                new QemuImageTool(platform, options.Qemu, time),
                options.Qemu,
                platform,
                new HttpGuestLinkFactory(options.Session),
                time,
                loggers.CreateLogger<SandboxHost>())
            {
                Budget = new HostBudget(options.Budget.MemoryMiB, options.Budget.VirtualCpus),
                DiskBytes = options.Budget.DiskBytes,
            };
            var machines = new VmManager(services);
            var images = new ImageManager(new ImportServices(layout, services.Images, services.Layers, services.Machines, selector, services.ImageTool, platform.Files, machines.DemandRoomAsync, time, services.Logger));
            return new HostParts(services, machines, images, database, platform, selector);
        }
        catch
        {
            database?.Dispose();
            platform.Dispose();
            throw;
        }
    }

    /// <summary>Between discovery, which wants verdicts remembered, and the catalog, which remembers plain texts: the two know nothing of each other.</summary>
    private sealed class KeptVerdicts(VerdictTable table, TimeProvider time) : IVerdictStore
    {
        // A busy computer can keep a good accelerator from booting in time; one that hangs for good shall not be waited for at each start.
        private static readonly TimeSpan NoLasts = TimeSpan.FromDays(1);

        public Task<AcceleratorVerdict?> FindAsync(string key, Accelerator accelerator, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Task.FromResult(table.Find(key, accelerator.ToString()) is { } row && (row.IsProven || time.GetUtcNow() - row.At < NoLasts) ? new AcceleratorVerdict(accelerator, row.IsProven, row.Reason) : null);
        }

        public Task SaveAsync(string key, AcceleratorVerdict verdict, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            table.Save(new VerdictRow(key, verdict.Accelerator.ToString(), verdict.IsProven, verdict.Reason, time.GetUtcNow()));
            return Task.CompletedTask;
        }
    }

    /// <summary>What a host owns, and the order in which it lets go.</summary>
    private sealed class HostParts(VmServices services, VmManager machines, ImageManager images, CatalogDatabase database, IHostPlatform platform, QemuSelector selector) : IAsyncDisposable
    {
        private readonly JobTable _jobs = new(database, platform.Finder.Current.ToString());
        private readonly JobTelemetry _telemetry = new(services.Logger);
        private readonly JobsUnderWay _underWay = new(typeof(SandboxHost), services.Time);

        private PauseWatch? _pause;

        public StoreLayout Layout => services.Layout;

        public TimeProvider Time => services.Time;

        public StringComparer FileNames => platform.FileNames;

        public VmManager Machines => machines;

        public ImageManager Images => images;

        public PauseReason? PausedBy => _pause?.Reason;

        public StoreReconciler Reconciler { get; } = new(services);

        public static IDiskSession SessionOf(IRunningMachine machine) => ((HttpGuestLink)machine.Link).Session;

        public Task<JobResult> RunAsync(SandboxJob job, IProgress<JobProgress>? progress, Func<TaskOutput, ValueTask>? onOutput, CancellationToken cancellationToken) =>
            _underWay.RunAsync(() => new JobRunner(job, Machines, SessionOf, _jobs, _telemetry, FileNames, Time, _underWay.Closing).RunAsync(progress, onOutput, cancellationToken));

        public IReadOnlyList<InterruptedJob> InterruptedJobs() =>
        [
            .. _jobs.Interrupted(owner => ProcessIdentity.TryParse(owner) is { } process && platform.Finder.IsAlive(process)).Select(static row => new InterruptedJob
            {
                Id = row.Id,
                Machine = VmId.Parse(row.MachineId),
                Program = row.Program,
                Labels = row.Labels,
                Fate = row.Fate,
                StartedAt = row.StartedAt,
                EndedAt = row.EndedAt,
                ExitCode = row.ExitCode,
            }),
        ];

        public void ForgetJob(string id) => _jobs.Remove(id);

        public Task<HostDiagnosis> Examine(CancellationToken cancellationToken) =>
            new Doctor(services.Selector, services.Images, Machines, SessionOf, Time).ExamineAsync(cancellationToken);

        public IAsyncEnumerable<LogLine> ReadLog(VmId machine, LogQuery query, CancellationToken cancellationToken)
        {
            var (id, path) = (machine.ToString(), Layout.Log(machine.ToString()));
            return services.Machines.Find(id) is not null || File.Exists(path)
                ? MachineLogReader.ReadAsync(path, query, () => services.Machines.Find(id) is null, Time, cancellationToken)
                : throw new VmException(SandboxErrorCode.MachineUnknown, $"There is no machine {id} in this store, and no log of it.") { Machine = id };
        }

        /// <summary>Once, when the store is in order.</summary>
        public void WatchOver(PauseOptions? options) =>
            _pause = options is null ? null : new PauseWatch(options, ActivityMeters.Create(services.Time), Machines, services.Time, services.Logger);

        public async ValueTask DisposeAsync()
        {
            try
            {
                if (_pause is not null)
                {
                    await _pause.DisposeAsync().ConfigureAwait(false);
                    // What outlives this process shall not stand for ever.
                    await Machines.ReleaseAsync(CancellationToken.None).ConfigureAwait(false);
                }

                await _underWay.DisposeAsync().ConfigureAwait(false);
                await images.DisposeAsync().ConfigureAwait(false);
                await machines.DisposeAsync().ConfigureAwait(false);
            }
            finally
            {
                _telemetry.Dispose();
                selector.Dispose();
                platform.Dispose();
                database.Dispose();
            }
        }
    }
}
