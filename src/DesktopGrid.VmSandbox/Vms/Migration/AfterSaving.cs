namespace DesktopGrid.VmSandbox.Vms.Migration;

/// <summary>What a guest does when its instant was saved.</summary>
internal enum AfterSaving
{
    /// <summary>It runs on.</summary>
    GoesOn = 0,
    /// <summary>It stands as before.</summary>
    Stands = 1,
    /// <summary>Nothing: its QEMU is of no further use.</summary>
    Ends = 2,
}

/// <summary>An instant of a disk inside its own file.</summary>
/// <param name="Node">QEMU's name of the disk's node.</param>
/// <param name="Name">What the instant is called there.</param>
internal sealed record DiskInstant(string Node, string Name);
