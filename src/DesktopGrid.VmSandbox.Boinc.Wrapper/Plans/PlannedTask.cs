using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;

/// <summary>One program as it runs in the guest.</summary>
internal sealed record PlannedTask
{
    /// <summary>Its logical name.</summary>
    public required string Name { get; init; }
    /// <summary>Its arguments.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }
    /// <summary>Its environment, beside the guest's.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
    /// <summary>Its directory, relative to the work directory; null for that.</summary>
    public string? Directory { get; init; }
    /// <summary>Logical names of its streams; null for nothing, nowhere, and the task's standard error.</summary>
    public (string? Input, string? Output, string? Error) Streams { get; init; }
    /// <summary>A file whose last number is the fraction done; null for none.</summary>
    public string? FractionDoneFile { get; init; }
    /// <summary>Its share of the whole.</summary>
    public double Weight { get; init; } = 1;
    /// <summary>How long it may run; reaching it is no failure.</summary>
    public TimeSpan? TimeLimit { get; init; }
    /// <summary>Programs that run beside it.</summary>
    public IReadOnlyList<PlannedTask> Beside { get; init; } = [];

    /// <summary>What the guest's daemon is asked for.</summary>
    /// <param name="id">The run's name.</param>
    /// <param name="channels">The shared memory of an application that is linked with the BOINC API; null for none.</param>
    public TaskStartRequest ToRequest(string id, ChannelFile? channels) => new()
    {
        TaskId = id,
        Program = "/bin/sh",
        Arguments = ["-c", ShellLine.Of(this), GuestPaths.Of(Name), .. Arguments],
        Environment = Environment,
        Directory = Directory,
        Channels = channels,
    };
}
