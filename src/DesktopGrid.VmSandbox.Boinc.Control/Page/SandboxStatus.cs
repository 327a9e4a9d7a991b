namespace DesktopGrid.VmSandbox.Boinc.Control.Page;

/// <summary>A sandbox as its wrapper last told of it; every text is bounded and without control characters.</summary>
internal sealed record SandboxStatus
{
    public int Slot { get; init; }
    public string Result { get; init; } = "";
    public string Project { get; init; } = "";
    public string Machine { get; init; } = "";
    public string State { get; init; } = "";
    public double FractionDone { get; init; }
    public double CpuSeconds { get; init; }
    public double ElapsedSeconds { get; init; }
    public DateTimeOffset? LastCheckpoint { get; init; }
    public double MemoryBytes { get; init; }
    public string Accelerator { get; init; } = "";
    public IReadOnlyList<string> Console { get; init; } = [];

    /// <summary>How long ago it was told.</summary>
    public double AgeSeconds { get; init; }
}
