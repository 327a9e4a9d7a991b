using DesktopGrid.VmSandbox.Platform.Confinement;

namespace DesktopGrid.VmSandbox.Platform.Processes;

/// <summary>A process that was started here. Disposing it kills what still runs, waits within a bound, and releases everything.</summary>
/// <param name="outlivesHost">Whether disposing lets it run on.</param>
/// <param name="time">The clock.</param>
internal abstract class HostProcess(bool outlivesHost, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan EndBound = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private bool _isReleased;

    /// <summary>The payload's own process, not that of a wrapper in front of it.</summary>
    public abstract ProcessIdentity Identity { get; }
    /// <summary>What it writes to its standard output.</summary>
    public abstract Stream StandardOutput { get; }
    /// <summary>What it writes to its standard error.</summary>
    public abstract Stream StandardError { get; }
    /// <summary>Ends when the process has ended.</summary>
    public abstract Task<ProcessExit> Exited { get; }
    /// <summary>The confinement that is in force, layer by layer; empty for an unconfined process.</summary>
    public abstract IReadOnlyList<ConfinementLayerStatus> Confinement { get; }

    /// <summary>Kills the whole tree; harmless when it has ended, and when its owner has disposed of it meanwhile: whoever runs out of patience is not the owner.</summary>
    public void Kill()
    {
        lock (_gate)
        {
            if (!_isReleased && !Exited.IsCompleted)
            {
                KillTree();
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!outlivesHost)
        {
            Kill();
            await ((Task)Exited).WaitAsync(EndBound, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        lock (_gate)
        {
            _isReleased = true;
        }

        Release();
    }

    /// <summary>Kills the whole tree.</summary>
    protected abstract void KillTree();

    /// <summary>Lets go of what this process holds of it.</summary>
    protected abstract void Release();
}

/// <summary>How a process ended: one of the two is set.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Signal">The signal that killed it.</param>
internal sealed record ProcessExit(int? Code, int? Signal);
