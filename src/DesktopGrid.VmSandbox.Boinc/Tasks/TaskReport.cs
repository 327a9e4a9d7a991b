namespace DesktopGrid.VmSandbox.Boinc.Tasks;

/// <summary>What a task tells its client each second.</summary>
public sealed record TaskReport
{
    /// <summary>CPU time of the whole task, earlier episodes included.</summary>
    public TimeSpan CpuTime { get; init; }
    /// <summary>As much of it as would not be lost if the task ended now. The client takes each change for a checkpoint.</summary>
    public TimeSpan CheckpointCpuTime { get; init; }
    /// <summary>0 to 1; the client passes over 0.</summary>
    public double FractionDone { get; init; }
    /// <summary>Whether it waits for the network.</summary>
    public bool WantsNetwork { get; init; }
    /// <summary>A process that the client ends with the task, and whose memory it counts; null for none. One below the task's own is counted anyway, and would be counted twice.</summary>
    public int? OtherProcess { get; init; }
}

/// <summary>What a client tells each second.</summary>
/// <param name="IsNetworkAllowed">Whether the network may be used.</param>
/// <param name="MaxResidentBytes">How much memory the task may have, in bytes; 0 where the client does not tell.</param>
public sealed record Heartbeat(bool IsNetworkAllowed, double MaxResidentBytes);
