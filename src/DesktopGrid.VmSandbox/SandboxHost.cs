using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Sessions;
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

    private SandboxHost(HostParts parts) => _parts = parts;

    /// <summary>The ten machine verbs; checkpoint and resume come with a later version.</summary>
    public IVmManager Machines => _parts.Machines;

    /// <summary>The store's folder.</summary>
    public string StorePath => _parts.Layout.Root;

    /// <summary>
    /// Opens a store, and brings its catalog and the operating system together: machines whose process died are marked so, processes
    /// without an owner are ended, files without a machine are swept.
    /// </summary>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="loggers">Where the library logs; null for nowhere.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The open host.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="Primitives.SandboxException">The store cannot be made or written, or its catalog is damaged.</exception>
    public static async Task<SandboxHost> OpenAsync(SandboxHostOptions? options = null, ILoggerFactory? loggers = null, CancellationToken cancellationToken = default)
    {
        options ??= new SandboxHostOptions();
        options.Demand();
        var parts = Compose(options, loggers);
        try
        {
            await parts.Reconciler.RunAsync(cancellationToken).ConfigureAwait(false);
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
    /// <param name="progress">Told how far it is; may be called by any thread.</param>
    /// <param name="onOutput">Given the program's output as it comes, in order per stream; the next part waits for its end.</param>
    /// <param name="cancellationToken">Ends the program and removes the machine.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="JobException">The job failed; its <see cref="Primitives.SandboxException.Fate"/> says whether the program ran.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<JobResult> RunAsync(SandboxJob job, IProgress<JobProgress>? progress = null, Func<TaskOutput, ValueTask>? onOutput = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new JobRunner(job, _parts.Machines, HostParts.SessionOf, _parts.Jobs, _parts.Telemetry, _parts.Time).RunAsync(progress, onOutput, cancellationToken);
    }

    /// <summary>Opens the task verbs of a running machine.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its session; it ends with the machine's run and needs no disposal.</returns>
    /// <exception cref="VmException">The machine does not run, or another process holds it.</exception>
    public async Task<ISandboxSession> OpenSessionAsync(VmId machine, CancellationToken cancellationToken = default) =>
        HostParts.SessionOf(await _parts.Machines.RequireRunningAsync(machine, cancellationToken).ConfigureAwait(false));

    /// <summary>Reads a machine's log; also after the machine is gone, for as long as its <see cref="VmOptions.KeepLog"/> asks.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="query">Which lines; null for all that are there.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The lines, oldest first.</returns>
    /// <exception cref="VmException">There is no such machine and no log of it.</exception>
    public IAsyncEnumerable<LogLine> ReadLogAsync(VmId machine, LogQuery? query = null, CancellationToken cancellationToken = default) => _parts.ReadLog(machine, query ?? new LogQuery(), cancellationToken);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _parts.DisposeAsync();
}
