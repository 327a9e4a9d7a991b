namespace DesktopGrid.VmSandbox.Vms;

/// <summary>What a new machine shall be.</summary>
public sealed record VmOptions
{
    /// <summary>The base image, by its name or hash in the store; null (default) for the store's only or newest image named <c>tiny</c>.</summary>
    public string? Image { get; init; }

    /// <summary>RAM in MiB. Default 256, range 64 to 1,048,576; rounded up to an even number.</summary>
    public int MemoryMiB { get; init; } = 256;

    /// <summary>Virtual CPUs. Default 1, range 1 to 64.</summary>
    public int VirtualCpus { get; init; } = 1;

    /// <summary>Names and values of the caller's own, kept in the catalog. At most 32, each at most 256 characters.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Whether the machine goes on when this process ends, to be taken up again by <see cref="IVmManager.LoadAsync"/>. Default false:
    /// QEMU dies with its host process, however that ends.
    /// </summary>
    public bool OutlivesHost { get; init; }

    /// <summary>For how long the machine's log stays readable after it was destroyed. Default zero: the log goes with the machine.</summary>
    public TimeSpan KeepLog { get; init; }

    /// <summary>How long the guest may take from start to its daemon's first answer. Default 2 min (emulation on a busy host), range 1 s to 1 h.</summary>
    public TimeSpan BootTimeout { get; init; } = TimeSpan.FromMinutes(2);
}
