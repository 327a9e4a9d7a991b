namespace DesktopGrid.VmSandbox.Vms;

/// <summary>The ceilings of checkpoints.</summary>
public static class CheckpointLimits
{
    /// <summary>How many instants of one machine are kept at most; of each name at most two, the newest and the one before.</summary>
    public const int MostOfMachine = 8;

    /// <summary>The longest name, in characters.</summary>
    public const int MaxNameLength = 64;
}
