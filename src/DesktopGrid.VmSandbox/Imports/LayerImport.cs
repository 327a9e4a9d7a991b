using DesktopGrid.VmSandbox.Images.Layers;

namespace DesktopGrid.VmSandbox.Imports;

/// <summary>What a layer is made of, and its bounds.</summary>
public sealed record LayerImport
{
    /// <summary>
    /// The file or folder: an archive (tar, plain or packed by gzip or Brotli, the latter with a name that ends in <c>.br</c>), an OCI image (what <c>docker save</c> writes, or an
    /// OCI layout, as a folder or an archive), or a disk (VDI, VMDK, VHDX, qcow2, raw). What it is, is read from its bytes. An image's variables are what
    /// tasks have unless they set them themselves; its entry point, command and working directory are not used: a job names its program.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>The layer's name: 1 to 64 letters, digits, <c>-</c>, <c>_</c> and <c>.</c>; of several layers of one name the newest is meant.</summary>
    public required string Name { get; init; }

    /// <summary>What tasks see of it. Null (default): an OCI image, a disk, and an archive that holds a shell are a root of their own, any other archive is an addition.</summary>
    public LayerKind? Kind { get; init; }

    /// <summary>Of an OCI image with several images, the name or digest of the one that is meant. Null (default): there is only one.</summary>
    public string? Reference { get; init; }

    /// <summary>Of a disk, the number of the partition with the root file system, from 1; 0 for the disk as a whole. Null (default): the only one that can be it.</summary>
    public int? Partition { get; init; }

    /// <summary>The most bytes that its files, or what is written of its disk, may have together: 1 MiB to 1 TiB. Default 16 GiB.</summary>
    public long MaxBytes { get; init; } = 16L << 30;

    /// <summary>The most time that it may take: 1 s to 1 day. Default one hour.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Checks everything.</summary>
    /// <exception cref="ArgumentException">Something is out of its range.</exception>
    internal void Demand()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Path, nameof(Path));
        ArgumentNullException.ThrowIfNull(Name, nameof(Name));
        if (!LayerManifestFile.IsName(Name))
        {
            throw new ArgumentException("A layer's name is 1 to 64 letters, digits, '-', '_' and '.'.", nameof(Name));
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(Kind is null || Enum.IsDefined(Kind.Value), true, nameof(Kind));
        ArgumentOutOfRangeException.ThrowIfNegative(Partition ?? 0, nameof(Partition));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBytes, 1L << 20, nameof(MaxBytes));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxBytes, 1L << 40, nameof(MaxBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(Timeout, TimeSpan.FromSeconds(1), nameof(Timeout));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Timeout, TimeSpan.FromDays(1), nameof(Timeout));
    }
}
