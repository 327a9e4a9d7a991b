using DesktopGrid.VmSandbox.Platform.Confinement;

namespace DesktopGrid.VmSandbox.Platform.Processes;

/// <summary>A process that was started here. Disposing it kills what still runs, waits within a bound, and releases everything.</summary>
internal abstract class HostProcess : IAsyncDisposable
{
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
    /// <summary>Kills the whole tree; harmless when it has ended.</summary>
    public abstract void Kill();
    /// <inheritdoc />
    public abstract ValueTask DisposeAsync();
}

/// <summary>How a process ended: one of the two is set.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Signal">The signal that killed it.</param>
internal sealed record ProcessExit(int? Code, int? Signal);
