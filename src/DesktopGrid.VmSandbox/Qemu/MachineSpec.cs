using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Platform.Memory;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Sockets;

namespace DesktopGrid.VmSandbox.Qemu;

/// <summary>What to run, without QEMU's syntax.</summary>
internal sealed record MachineSpec
{
    /// <summary>
    /// Versioned, since <c>pc</c> alone changes with QEMU and a checkpoint fits only the same machine.
    /// </summary>
    public const string DefaultMachineType = "pc-i440fx-7.2";

    /// <summary>
    /// Named, with FMA and AVX2, since the CPU model decides which code paths a scientific program takes and so its result. Without erms,
    /// which emulation performs byte by byte; without the features that this emulator does not know, so that it warns of nothing.
    /// </summary>
    public const string DefaultCpuModel = "Haswell-v4,-erms,-pcid,-x2apic,-tsc-deadline,-invpcid,-spec-ctrl";

    /// <summary>
    /// Bytes that a disk of bulk data without a file says it has. A guest that was cloned keeps this size when a file comes in its place, which is
    /// therefore no longer; what lies beyond the file's end is an I/O error.
    /// </summary>
    public const long PlaceholderLength = 1L << 40;

    /// <summary>The machine's id; QEMU's <c>-name</c>, seen in the host's process list.</summary>
    public required string Name { get; init; }
    /// <summary>QEMU's <c>-machine</c>, versioned.</summary>
    public string MachineType { get; init; } = DefaultMachineType;
    /// <summary>QEMU's <c>-cpu</c>, with its feature switches.</summary>
    public string CpuModel { get; init; } = DefaultCpuModel;
    /// <summary>The accelerator that has been proven.</summary>
    public Accelerator Accelerator { get; init; } = Accelerator.Tcg;
    /// <summary>Whether emulation may run virtual CPUs side by side; one after the other where the host's memory order is weaker than the guest's.</summary>
    public bool EmulatesInParallel { get; init; } = true;
    /// <summary>RAM in MiB; even, since some hosts want 2 MiB pages.</summary>
    public required int MemoryMiB { get; init; }
    /// <summary>
    /// The bytes of its RAM. Under emulation a page or two more than asked for: where RAM is a multiple of 256 KiB, this QEMU clears its marks of
    /// changed memory in whole words, and forgets to tell the translated code, which then changes pages without marking them again. A checkpoint of
    /// a guest that was busy was seen to panic when it went on, each time; with this size it did not. (exec/ram_addr.h,
    /// cpu_physical_memory_sync_dirty_bitmap.)
    /// </summary>
    public long MemoryBytes => ((MemoryMiB * 1024L) + (Accelerator == Accelerator.Tcg ? 8 : 0)) * 1024;
    /// <summary>
    /// Whether the guest tells QEMU which memory it has freed, which QEMU then gives back to the host. Never of a machine that begins with another one's
    /// memory: this QEMU would make a hole in the file that all of them share (system/physmem.c, ram_block_discard_range).
    /// </summary>
    public bool ReturnsMemory { get; init; }
    /// <summary>Virtual CPUs, at least 1.</summary>
    public int VirtualCpus { get; init; } = 1;
    /// <summary>The uncompressed kernel.</summary>
    public required string KernelPath { get; init; }
    /// <summary>The initial RAM disk.</summary>
    public required string InitrdPath { get; init; }
    /// <summary>The kernel's line.</summary>
    public required string KernelCommandLine { get; init; }
    /// <summary>The root disk; null for a guest that lives in its initial RAM disk.</summary>
    public OverlayDisk? Disk { get; init; }
    /// <summary>The read-only disk behind the root disk, of which QEMU takes the raw bytes; null for a placeholder without a file.</summary>
    public string? InputDisk { get; init; }
    /// <summary>The writable disk behind that, likewise; the guest cannot make its file longer.</summary>
    public string? OutputDisk { get; init; }
    /// <summary>The read-only disks that are laid over each other to be the task's root, the lowest first.</summary>
    public IReadOnlyList<LayerDisk> Layers { get; init; } = [];
    /// <summary>What a task has in its environment unless it sets it itself.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();
    /// <summary>The virtio-serial ports, in the order of the contract.</summary>
    public IReadOnlyList<SerialPort> Ports { get; init; } = [];
    /// <summary>Where QEMU listens for the monitor.</summary>
    public required LocalEndpoint Monitor { get; init; }
    /// <summary>Where QEMU listens for the reader of the guest's serial console.</summary>
    public required LocalEndpoint Console { get; init; }
    /// <summary>The short private directory that holds the sockets; QEMU may write there.</summary>
    public required string RuntimeDirectory { get; init; }
    /// <summary>Its priority from the first instruction on.</summary>
    public ProcessPriority Priority { get; init; } = ProcessPriority.Idle;

    /// <summary>The largest that a file written by QEMU may become, in bytes; null for no bound.</summary>
    public long? MaxFileBytes { get; init; }

    /// <summary>What its RAM begins as; null for memory of its own.</summary>
    public RamBacking? Ram { get; init; }

    /// <summary>Whether it is given a saved state instead of booting its kernel (<c>-incoming defer</c>).</summary>
    public bool AwaitsState { get; init; }

    /// <summary>Where that state, or one that is saved, goes through; null for a machine that is neither.</summary>
    public LocalEndpoint? State { get; init; }

    /// <summary>Whether QEMU goes on when this process ends.</summary>
    public bool OutlivesHost { get; init; }
}

/// <summary>A machine's disk: a qcow2 overlay over a read-only base.</summary>
/// <param name="OverlayPath">The overlay; QEMU writes it.</param>
/// <param name="BasePath">The base; QEMU may only read it.</param>
/// <param name="BaseFormat"><c>qcow2</c> or <c>raw</c>; always named, never probed.</param>
internal sealed record OverlayDisk(string OverlayPath, string BasePath, string BaseFormat)
{
    /// <summary>QEMU's name of the node that the guest writes, and of which snapshots are taken.</summary>
    public const string Node = "root";
}

/// <summary>A layer's disk.</summary>
/// <param name="Id">The layer's hash.</param>
/// <param name="Path">The disk; QEMU may only read it.</param>
/// <param name="Format"><c>qcow2</c> or <c>raw</c>; always named, never probed.</param>
/// <param name="Line">What the guest is told of it.</param>
internal sealed record LayerDisk(string Id, string Path, string Format, LayerLine Line);

/// <summary>Memory of others that a machine's RAM begins as.</summary>
/// <param name="Image">That memory; as long as the RAM.</param>
/// <param name="IsWritten">Whether what the machine writes goes there; otherwise the pages that it writes become its own.</param>
internal sealed record RamBacking(IRamImage Image, bool IsWritten);

/// <summary>One virtio-serial port.</summary>
/// <param name="Name">Its name in the guest.</param>
/// <param name="Endpoint">Where QEMU listens for its host end.</param>
internal sealed record SerialPort(string Name, LocalEndpoint Endpoint);
