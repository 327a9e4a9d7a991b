namespace DesktopGrid.VmSandbox.Stores;

/// <summary>What may be removed of a store. Never what is in use (<see cref="StoreItem.IsInUse"/>), unless it is asked for by name here; the longest unused first.</summary>
public sealed record StorePruneOptions
{
    /// <summary>Stop when the store takes no more than this on the disk. Null (default): remove all that may be.</summary>
    public long? TargetBytes { get; init; }

    /// <summary>Only what was not used for so long. Default zero: whatever its age.</summary>
    public TimeSpan OlderThan { get; init; }

    /// <summary>Base images that no machine was made of. Default true; the host's own is added again when it is needed.</summary>
    public bool Images { get; init; } = true;

    /// <summary>Layers that no machine was made with. Default true; whoever needs one again imports it again.</summary>
    public bool Layers { get; init; } = true;

    /// <summary>Templates that nobody uses now. Default true; they are made again when they are needed.</summary>
    public bool Templates { get; init; } = true;

    /// <summary>Logs that were asked to stay after their machines had gone. Default true.</summary>
    public bool Logs { get; init; } = true;

    /// <summary>Checkpoints but the newest of each machine. Default false: they are somebody's work.</summary>
    public bool Checkpoints { get; init; }

    /// <summary>The newest of each machine too, of machines that do not run. Default false: afterwards such a machine can only be started anew.</summary>
    public bool NewestCheckpoints { get; init; }

    /// <summary>Only tell what would be removed. Default false.</summary>
    public bool DryRun { get; init; }
}

/// <summary>What came of pruning.</summary>
public sealed record StorePruned
{
    /// <summary>What was removed, or would be, in that order.</summary>
    public required IReadOnlyList<StoreItem> Removed { get; init; }

    /// <summary>Bytes that the store takes on the disk afterwards, or would.</summary>
    public required long BytesLeft { get; init; }
}
