namespace DesktopGrid.VmSandbox.Vms.Migration;

/// <summary>An instant of a disk inside its own file.</summary>
/// <param name="Node">QEMU's name of the disk's node.</param>
/// <param name="Name">What the instant is called there.</param>
internal sealed record DiskInstant(string Node, string Name);
