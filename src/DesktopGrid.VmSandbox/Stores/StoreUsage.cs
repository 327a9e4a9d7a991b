namespace DesktopGrid.VmSandbox.Stores;

/// <summary>What a store takes on the disk, thing by thing.</summary>
public sealed record StoreUsage
{
    /// <summary>Everything that there is, the longest unused first.</summary>
    public required IReadOnlyList<StoreItem> Items { get; init; }

    /// <summary>Bytes that all of it really takes on the disk.</summary>
    public long Bytes => Items.Sum(static item => item.Bytes);

    /// <summary>Bytes that all of it seems to have; sparse files seem to have more than they take.</summary>
    public long Length => Items.Sum(static item => item.Length);
}

/// <summary>One thing in a store.</summary>
public sealed record StoreItem
{
    /// <summary>What it is.</summary>
    public required StoreItemKind Kind { get; init; }

    /// <summary>Its own id: an image's or a layer's hash, a template's key, a machine's id, a checkpoint's id.</summary>
    public required string Id { get; init; }

    /// <summary>The name of an image, a layer or a checkpoint; null where there is none.</summary>
    public string? Name { get; init; }

    /// <summary>The machine that it belongs to, where it belongs to one.</summary>
    public string? Machine { get; init; }

    /// <summary>Bytes that it really takes on the disk. What a machine's disk keeps for a checkpoint is in the machine's bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes that its files seem to have.</summary>
    public required long Length { get; init; }

    /// <summary>When it was last used or written.</summary>
    public required DateTimeOffset UsedAt { get; init; }

    /// <summary>
    /// Whether something needs it: an image or a layer that has machines or was asked for within the last minute, a template that is just used, a machine, the newest checkpoint of a machine, the log
    /// of a machine that there is, the catalog.
    /// </summary>
    public required bool IsInUse { get; init; }
}

/// <summary>What a store holds.</summary>
public enum StoreItemKind
{
    /// <summary>A base image.</summary>
    Image = 0,
    /// <summary>A machine kept booted, of which others are cloned.</summary>
    Template = 1,
    /// <summary>A machine's disk, with what it keeps for the machine's checkpoints.</summary>
    Machine = 2,
    /// <summary>The state of a machine at an instant.</summary>
    Checkpoint = 3,
    /// <summary>A machine's log.</summary>
    Log = 4,
    /// <summary>The list of what exists.</summary>
    Catalog = 5,
    /// <summary>A read-only disk with files that tasks see besides the base image's.</summary>
    Layer = 6,
}
