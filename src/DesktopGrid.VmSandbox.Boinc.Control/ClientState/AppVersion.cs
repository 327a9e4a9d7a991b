namespace DesktopGrid.VmSandbox.Boinc.Control.ClientState;

/// <summary>One version of an application, as the project sent it.</summary>
internal sealed record AppVersion
{
    public required VersionTuple Tuple { get; init; }
    public required IReadOnlyList<FileRef> Files { get; init; }

    /// <summary>How many processors it uses.</summary>
    public double Processors { get; init; } = 1;

    /// <summary>What the project expects it to compute in a second; null where it did not say.</summary>
    public double? Flops { get; init; }

    public string? ApiVersion { get; init; }
    public string? CommandLine { get; init; }
    public string? FilePrefix { get; init; }

    /// <summary>The type of the graphics processor that it wants; null where it wants none.</summary>
    public string? Coprocessor { get; init; }

    public bool IsWrapper { get; init; }
    public bool NeedsNetwork { get; init; }

    public FileRef? MainProgram => Files.FirstOrDefault(static file => file.IsMainProgram);
}
