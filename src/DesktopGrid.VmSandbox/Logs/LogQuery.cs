namespace DesktopGrid.VmSandbox.Logs;

/// <summary>Which lines of a log to read.</summary>
public sealed record LogQuery
{
    /// <summary>Only the last so many lines of those that fit, 0 or more; null (default) for all. They are held in memory.</summary>
    public int? Tail { get; init; }
    /// <summary>Only lines from this moment on; null (default) for all.</summary>
    public DateTimeOffset? Since { get; init; }
    /// <summary>Only these sources; empty (default) for all.</summary>
    public IReadOnlyCollection<LogSource> Sources { get; init; } = [];
    /// <summary>Whether to go on with what comes, until the machine is gone or the reader cancels. Default false.</summary>
    public bool Follow { get; init; }
}
