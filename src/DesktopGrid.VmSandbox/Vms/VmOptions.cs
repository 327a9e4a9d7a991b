namespace DesktopGrid.VmSandbox.Vms;

/// <summary>What a new machine shall be.</summary>
public sealed record VmOptions
{
    /// <summary>
    /// The base image, by its name in the store (the newest of that name), its hash, or at least eight first digits of it. Null (default) for
    /// the host's own image (<c>SandboxHostOptions.GuestImage</c>), which is added to the store when it is first asked for. Where no image has that
    /// name and a layer that is a whole root has, it means the host's own image with that layer below all others.
    /// </summary>
    public string? Image { get; init; }

    /// <summary>
    /// Layers of the store, by name, hash, or at least eight first digits of it, the lowest first: disks with files that tasks see besides the base
    /// image's, read-only. Default none; at most 8, none twice, and at most one that is a whole root, which comes first.
    /// </summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>RAM in MiB. Default 256, range 64 to 1,048,576; rounded up to an even number; the image may ask for more than 64.</summary>
    public int MemoryMiB { get; init; } = 256;

    /// <summary>Virtual CPUs. Default 1, range 1 to 64.</summary>
    public int VirtualCpus { get; init; } = 1;

    /// <summary>
    /// Names and values of the caller's own, kept in the catalog and found again by <see cref="IVmManager.FindAsync"/>. Default none; at most
    /// 32, each name 1 to 256 characters and each value 0 to 256.
    /// </summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Whether the machine goes on when this process ends, to be taken up again by <see cref="IVmManager.LoadAsync"/>. Default false:
    /// QEMU dies with its host process, however that ends.
    /// </summary>
    public bool OutlivesHost { get; init; }

    /// <summary>
    /// Whether its first start may go on from a template: a guest of the same image and size, booted once and kept in the store (some 70 MB for
    /// the smallest), which takes a tenth of a boot's time. Where there is none yet, that start makes it first. Default true. A machine that has
    /// run before is always booted, since its disk is its own.
    /// </summary>
    public bool WarmStart { get; init; } = true;

    /// <summary>
    /// Whether its first start may share the template's memory with other machines of this process, so that it takes only what it writes, about
    /// a seventh of a booted one's while it is idle. Default false; asks for <see cref="WarmStart"/>. The price: such a machine takes no
    /// checkpoints, whichever way it was started; the first start of its size in a process takes half a second more, and for that moment as much
    /// memory as the machine has; the process keeps the template's memory, at most the machine's RAM once for each size, until ten minutes after
    /// the last start. Linux alone has such memory; elsewhere, and where it cannot be had, the machine has its own, and
    /// <see cref="VmStatus.StartPath"/> says so.
    /// </summary>
    public bool ShareMemory { get; init; }

    /// <summary>For how long the machine's log stays readable after it was destroyed. Default zero: the log goes with the machine. Range zero to ten years.</summary>
    public TimeSpan KeepLog { get; init; }

    /// <summary>
    /// Whether the machine is of use only to the process that made it, as a job's is: when that process is gone without removing it, the
    /// next opening of the store does.
    /// </summary>
    internal bool IsTemporary { get; init; }

    /// <summary>
    /// How long the guest may take from its first instruction to its daemon's first answer. What a start does before is not counted: looking
    /// at QEMU and proving an accelerator (<c>QemuOptions.ProofTimeout</c> each, mostly once a QEMU), and launching QEMU
    /// (<c>QemuOptions.LaunchTimeout</c>). Default 5 min (emulation beside an owner who uses all processors, at idle priority), range 1 s to 1 h.
    /// </summary>
    public TimeSpan BootTimeout { get; init; } = TimeSpan.FromMinutes(5);
}
