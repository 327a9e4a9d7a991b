namespace DesktopGrid.VmSandbox.Imports.DiskFormats;

/// <summary>A part of a disk.</summary>
/// <param name="Number">As Linux counts, from 1; 0 for the disk as a whole.</param>
/// <param name="Offset">Its first byte.</param>
/// <param name="Length">Bytes of it.</param>
/// <param name="IsRoot">Whether the table says that it is a root file system.</param>
internal sealed record DiskPartition(int Number, long Offset, long Length, bool IsRoot);
