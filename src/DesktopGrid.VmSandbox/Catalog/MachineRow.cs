namespace DesktopGrid.VmSandbox.Catalog;

/// <summary>A machine as the catalog keeps it. Plain values: this room knows no machine's life.</summary>
internal sealed record MachineRow
{
    public required string Id { get; init; }
    public required string ImageId { get; init; }
    public required string State { get; init; }
    public required int MemoryMiB { get; init; }
    public required int VirtualCpus { get; init; }
    public required bool OutlivesHost { get; init; }
    public bool IsTemporary { get; init; }
    public bool WarmStart { get; init; }
    public bool SharesMemory { get; init; }
    public required TimeSpan BootTimeout { get; init; }
    public required TimeSpan KeepLog { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    /// <summary>The ids of its layers, the lowest first.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];
    public string? Process { get; init; }
    /// <summary>Whether it stands for its computer's owner. Without a process nothing does.</summary>
    public bool IsHeld { get; init; }
    public string? MachineType { get; init; }
    public string? CpuModel { get; init; }
    public string? QemuVersion { get; init; }
    public string? Accelerator { get; init; }
    public string? StartPath { get; init; }
    public string? Confinement { get; init; }
    public TimeSpan CpuTime { get; init; }
    public string? LastError { get; init; }
}
