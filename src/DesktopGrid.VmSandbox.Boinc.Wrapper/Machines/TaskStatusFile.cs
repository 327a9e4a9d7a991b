namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Machines;

/// <summary>How the sandbox is at the moment: read by the volunteer's page, which takes nothing of it on trust.</summary>
internal sealed record TaskStatusFile
{
    /// <summary>The result's name.</summary>
    public required string Result { get; init; }
    /// <summary>Name of the project's directory.</summary>
    public required string Project { get; init; }
    /// <summary>The machine.</summary>
    public required string Machine { get; init; }
    /// <summary>Running or Suspended.</summary>
    public required string State { get; init; }
    /// <summary>0 to 1.</summary>
    public required double FractionDone { get; init; }
    /// <summary>CPU time of the whole task.</summary>
    public required double CpuSeconds { get; init; }
    /// <summary>How long this process has run.</summary>
    public required double ElapsedSeconds { get; init; }
    /// <summary>When the work was last kept; null while it was not.</summary>
    public required DateTimeOffset? LastCheckpoint { get; init; }
    /// <summary>Memory of the machine.</summary>
    public required long MemoryBytes { get; init; }
    /// <summary>What executes it.</summary>
    public required string Accelerator { get; init; }
    /// <summary>The last lines of the program's standard error.</summary>
    public required IReadOnlyList<string> Console { get; init; }
}
