namespace DesktopGrid.VmSandbox.Platform.Confinement;

/// <summary>What a confined process may touch. Everything else is out of reach where the host's layers allow it.</summary>
internal sealed record ConfinementPlan
{
    /// <summary>Files and folders that it may read, under the same absolute paths as outside.</summary>
    public IReadOnlyList<string> ReadOnlyPaths { get; init; } = [];

    /// <summary>Files and folders that it may write. Where the host is root they are handed over to the unprivileged user.</summary>
    public IReadOnlyList<string> ReadWritePaths { get; init; } = [];

    /// <summary>Those of the files to read that belong to this machine alone. Where the host is root they are handed over likewise, since nobody else may read them.</summary>
    public IReadOnlyList<string> LentPaths { get; init; } = [];

    /// <summary>Device files that it may open, such as a hardware accelerator's.</summary>
    public IReadOnlyList<string> DevicePaths { get; init; } = [];

    /// <summary>The largest that a file written by it may become, in bytes; null for no bound.</summary>
    public long? MaxFileBytes { get; init; }

    /// <summary>
    /// With these the program does nothing but end well. Where only a trial can tell whether a layer suits a program, it is tried so first.
    /// </summary>
    public IReadOnlyList<string> TrialArguments { get; init; } = ["--version"];

    /// <summary>Tells machines apart where each gets a user of its own (root hosts): any stable text, such as the machine's id.</summary>
    public required string Identity { get; init; }
}
