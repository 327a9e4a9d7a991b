using System.Text.Json.Serialization;

namespace DesktopGrid.VmSandbox.Boinc.Slots;

/// <summary>How the sandbox is at the moment: read by the volunteer's page, which takes nothing of it on trust.</summary>
internal sealed record TaskStatusFile
{
    /// <summary>The result's name.</summary>
    [JsonPropertyName(StatusForm.Result)]
    public required string Result { get; init; }
    /// <summary>Name of the project's directory.</summary>
    [JsonPropertyName(StatusForm.Project)]
    public required string Project { get; init; }
    /// <summary>The machine.</summary>
    [JsonPropertyName(StatusForm.Machine)]
    public required string Machine { get; init; }
    /// <summary>Running or Suspended.</summary>
    [JsonPropertyName(StatusForm.State)]
    public required string State { get; init; }
    /// <summary>0 to 1.</summary>
    [JsonPropertyName(StatusForm.FractionDone)]
    public required double FractionDone { get; init; }
    /// <summary>CPU time of the whole task.</summary>
    [JsonPropertyName(StatusForm.CpuSeconds)]
    public required double CpuSeconds { get; init; }
    /// <summary>How long this process has run.</summary>
    [JsonPropertyName(StatusForm.ElapsedSeconds)]
    public required double ElapsedSeconds { get; init; }
    /// <summary>When the work was last kept; null while it was not.</summary>
    [JsonPropertyName(StatusForm.LastCheckpoint)]
    public required DateTimeOffset? LastCheckpoint { get; init; }
    /// <summary>Memory of the machine.</summary>
    [JsonPropertyName(StatusForm.MemoryBytes)]
    public required long MemoryBytes { get; init; }
    /// <summary>What executes it.</summary>
    [JsonPropertyName(StatusForm.Accelerator)]
    public required string Accelerator { get; init; }
    /// <summary>The last lines of the program's standard error.</summary>
    [JsonPropertyName(StatusForm.Console)]
    public required IReadOnlyList<string> Console { get; init; }
}
