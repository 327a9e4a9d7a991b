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
