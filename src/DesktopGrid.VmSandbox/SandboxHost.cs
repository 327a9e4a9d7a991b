using DesktopGrid.VmSandbox.Diagnosis;
using DesktopGrid.VmSandbox.Imports;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Pausing;
using DesktopGrid.VmSandbox.Platform.Hosts;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox;

/// <summary>
/// The front door: an open store on this computer. Runs whole jobs, and gives the verbs to who wants them one by one.
/// Disposing it ends every machine of this process that was not told to outlive it. Safe for several threads at once.
/// </summary>
public sealed partial class SandboxHost : IAsyncDisposable
{
    private readonly HostParts _parts;
    private bool _isClosed;

    private SandboxHost(HostParts parts) => _parts = parts;

    /// <summary>The machine verbs, usable until the host is disposed.</summary>
    public IVmManager Machines => _parts.Machines;

    /// <summary>Why all machines of this process stand at the moment (<see cref="SandboxHostOptions.Pause"/>); null while they do not.</summary>
    public PauseReason? PausedBy => _parts.PausedBy;

    /// <summary>The store's base images and layers, usable until the host is disposed.</summary>
    public IImageManager Images => _parts.Images;

    /// <summary>The store's folder, absolute.</summary>
    public string StorePath => _parts.Layout.Root;

    /// <summary>
    /// Opens a store, and brings its catalog and the operating system together: machines whose process died are marked so, processes
    /// without an owner are ended, files without a machine are swept.
    /// </summary>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="loggers">Where the library logs; null for nowhere.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The open host.</returns>
    /// <exception cref="ArgumentException">Options have faults; all of them are in the message.</exception>
    /// <exception cref="Primitives.SandboxException">The store cannot be made or written (<c>PlatformException</c>), or its catalog is damaged, newer or busy (<c>CatalogException</c>).</exception>
    public static Task<SandboxHost> OpenAsync(SandboxHostOptions? options = null, ILoggerFactory? loggers = null, CancellationToken cancellationToken = default) =>
        OpenOnAsync(options, loggers, static platform => platform, cancellationToken);

    /// <summary>As above; with another side of the operating system in front of the real one, for tests.</summary>
    internal static async Task<SandboxHost> OpenOnAsync(SandboxHostOptions? options, ILoggerFactory? loggers, Func<IHostPlatform, IHostPlatform> furnish, CancellationToken cancellationToken)
    {
        options ??= new SandboxHostOptions();
        options.Demand();
        var parts = Compose(options, loggers, furnish);
        try
        {
            await parts.Reconciler.RunAsync(cancellationToken).ConfigureAwait(false);
            parts.WatchOver(options.Pause);
            return new SandboxHost(parts);
        }
        catch
        {
            await parts.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs a job in a machine of its own, and leaves nothing of it behind.</summary>
    /// <param name="job">What to run.</param>
    /// <param name="progress">Told how far it is: at each change of phase, at each report of the program, with transfers and once a second; by any thread.</param>
    /// <param name="onOutput">
    /// Given the program's output as it comes, in order per stream, up to the job's limit; the next part waits for its end. What it throws
    /// ends the job and reaches the caller unchanged. The bytes are the receiver's to keep.
    /// </param>
    /// <param name="cancellationToken">Ends the program and removes the machine, before the call ends.</param>
    /// <returns>What came of it; a program that failed is a result too.</returns>
    /// <exception cref="JobException">The job failed; its <see cref="Primitives.SandboxException.Fate"/> says whether the program ran.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The host is closed. One that is closed while the job runs ends the job with a <see cref="JobException"/>.</exception>
    public Task<JobResult> RunAsync(SandboxJob job, IProgress<JobProgress>? progress = null, Func<TaskOutput, ValueTask>? onOutput = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        return _parts.RunAsync(job, progress, onOutput, cancellationToken);
    }

    /// <summary>Runs a job in a machine of its own, and leaves nothing of it behind. Its output comes with the result, nothing before.</summary>
    /// <param name="job">What to run.</param>
    /// <param name="cancellationToken">Ends the program and removes the machine.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="JobException">The job failed; its <see cref="Primitives.SandboxException.Fate"/> says whether the program ran.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The host is closed, as above.</exception>
    public Task<JobResult> RunAsync(SandboxJob job, CancellationToken cancellationToken) => RunAsync(job, null, null, cancellationToken);

    /// <summary>
    /// Finds out what this computer can do: finds QEMU, verifies the image, proves every accelerator anew, boots a guest and pings it. Takes as long
    /// as that does, under emulation some seconds and up to the proof's bound for each accelerator. A missing part is a finding, not an exception.
    /// </summary>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <returns>What was found.</returns>
    public Task<HostDiagnosis> DiagnoseAsync(CancellationToken cancellationToken = default) => _parts.Examine(cancellationToken);

    /// <summary>Opens the task verbs of a running machine; one that another process left running is taken up.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its session; it ends with the machine's run and needs no disposal.</returns>
    /// <exception cref="VmException">The machine does not run, or another process holds it.</exception>
    /// <exception cref="ObjectDisposedException">The host is closed.</exception>
    public async Task<ISandboxSession> OpenSessionAsync(VmId machine, CancellationToken cancellationToken = default) =>
        HostParts.SessionOf(await _parts.Machines.RequireRunningAsync(machine, acceptSuspended: false, cancellationToken).ConfigureAwait(false));

    /// <summary>
    /// The jobs whose host processes died under them: what a grid must know before it gives the work out again. They stay until they are forgotten.
    /// </summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Those known when this or another process last opened the store, oldest first.</returns>
    /// <exception cref="Catalog.CatalogException">The catalog is damaged or busy.</exception>
    public Task<IReadOnlyList<InterruptedJob>> FindInterruptedJobsAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_parts.InterruptedJobs());
    }

    /// <summary>Forgets an interrupted job; nothing when it is forgotten already.</summary>
    /// <param name="id">Its <see cref="InterruptedJob.Id"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when it is forgotten.</returns>
    /// <exception cref="Catalog.CatalogException">The catalog is damaged or busy.</exception>
    public Task ForgetInterruptedJobAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        cancellationToken.ThrowIfCancellationRequested();
        _parts.ForgetJob(id);
        return Task.CompletedTask;
    }

    /// <summary>Reads a machine's log; also after the machine is gone, for as long as its <see cref="VmOptions.KeepLog"/> asks.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="query">Which lines; null for all that are there.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The lines, oldest first. They end with the log, or where the query follows it with the machine.</returns>
    /// <exception cref="VmException">There is no such machine and no log of it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The query's tail is negative.</exception>
    public IAsyncEnumerable<LogLine> ReadLogAsync(VmId machine, LogQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new LogQuery();
        ArgumentOutOfRangeException.ThrowIfNegative(query.Tail ?? 0, nameof(query));
        return _parts.ReadLog(machine, query, cancellationToken);
    }

    /// <summary>Tells what the store takes on the disk, thing by thing: images, layers, templates, machines, checkpoints, logs, catalog.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>All that there is.</returns>
    /// <exception cref="Catalog.CatalogException">The catalog is damaged or busy.</exception>
    /// <exception cref="ObjectDisposedException">The host is closed.</exception>
    public Task<StoreUsage> GetUsageAsync(CancellationToken cancellationToken = default) => _parts.Machines.GetUsageAsync(cancellationToken);

    /// <summary>
    /// Removes of the store what nobody uses, the longest unused first. What is in use stays, and what another process has; what cannot be removed is
    /// told to the logger and passed over.
    /// </summary>
    /// <param name="options">What may be removed; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up between one thing and the next.</param>
    /// <returns>What was removed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is negative.</exception>
    /// <exception cref="Catalog.CatalogException">The catalog is damaged or busy.</exception>
    /// <exception cref="ObjectDisposedException">The host is closed.</exception>
    public Task<StorePruned> PruneAsync(StorePruneOptions? options = null, CancellationToken cancellationToken = default) => _parts.Machines.PruneAsync(options ?? new StorePruneOptions(), cancellationToken);

    /// <summary>
    /// Stops, within one time and side by side, every machine that this process runs and keeps its work, as
    /// <see cref="IVmManager.QuitAsync"/> does: what a program calls that is told to quit, before it disposes the
    /// host. Machines that were told to outlive the process are left alone, and those of jobs are left to the disposal, which ends them.
    /// </summary>
    /// <param name="keep">Under which name, and within which time; null for the defaults.</param>
    /// <param name="cancellationToken">Stops being patient.</param>
    /// <returns>Of each machine the new checkpoint; null where there is none, with a warning to the logger that says why.</returns>
    /// <exception cref="VmException">The name is none (<c>MachineInvalid</c>).</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is shorter than 10 ms or longer than an hour.</exception>
    /// <exception cref="ObjectDisposedException">The host is closed.</exception>
    public Task<IReadOnlyDictionary<VmId, VmCheckpoint?>> QuitAsync(VmKeepWork? keep = null, CancellationToken cancellationToken = default) =>
        _parts.Machines.QuitAsync(keep ?? new VmKeepWork(), cancellationToken);

    /// <summary>Ends every machine of this process that was not told to outlive it, and closes the store. Can be repeated.</summary>
    /// <returns>A task that ends when all of that is done.</returns>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _isClosed, true) ? ValueTask.CompletedTask : _parts.DisposeAsync();
}
