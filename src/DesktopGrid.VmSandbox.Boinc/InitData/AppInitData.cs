namespace DesktopGrid.VmSandbox.Boinc.InitData;

/// <summary>
/// What the client tells an application before it starts it, out of the slot's <c>init_data.xml</c> (APP_INIT_DATA in BOINC's lib/app_ipc.h): without the
/// account's data, which nothing here needs.
/// </summary>
public sealed record AppInitData
{
    /// <summary>The client's version, such as 7.20.5.</summary>
    public required Version ClientVersion { get; init; }
    /// <summary>The application's short name.</summary>
    public required string AppName { get; init; }
    /// <summary>The application's version number, such as 100 for 1.00.</summary>
    public required int AppVersion { get; init; }
    /// <summary>The plan class; empty for none, and from clients before 8.0.</summary>
    public required string PlanClass { get; init; }
    /// <summary>The work unit's name.</summary>
    public required string WorkUnit { get; init; }
    /// <summary>The result's name, unique in the project.</summary>
    public required string Result { get; init; }
    /// <summary>The project's directory, absolute.</summary>
    public required string ProjectDirectory { get; init; }
    /// <summary>The client's data directory, absolute.</summary>
    public required string DataDirectory { get; init; }
    /// <summary>The slot's number.</summary>
    public required int Slot { get; init; }
    /// <summary>Process id of the client; 0 where it does not tell.</summary>
    public required int ClientProcess { get; init; }
    /// <summary>Unix: the key of a System V segment; -1 for the file <c>boinc_mmap_file</c>.</summary>
    public required int SharedMemoryKey { get; init; }
    /// <summary>Windows: the name of the mapping, without <c>shm_</c>; null elsewhere.</summary>
    public required string? SharedMemoryName { get; init; }
    /// <summary>CPU time that earlier episodes of this task had used at its last checkpoint.</summary>
    public required TimeSpan EarlierCpuTime { get; init; }
    /// <summary>How long earlier episodes ran.</summary>
    public required TimeSpan EarlierElapsedTime { get; init; }
    /// <summary>How long the user wants between two checkpoints.</summary>
    public required TimeSpan CheckpointPeriod { get; init; }
    /// <summary>Processors that the task may use.</summary>
    public required double Processors { get; init; }
    /// <summary>The device number of the GPU that the task may use; null for a task without.</summary>
    public required int? GpuDevice { get; init; }
    /// <summary>The bound of memory that the project named for the work unit, in bytes; 0 for none.</summary>
    public required double MemoryBound { get; init; }
    /// <summary>The bound of disk that the client enforces over the slot's files, in bytes; 0 for none.</summary>
    public required double DiskBound { get; init; }
    /// <summary>The project's estimate of the whole, in floating-point operations.</summary>
    public required double OperationsEstimate { get; init; }
    /// <summary>The bound of the whole, in floating-point operations.</summary>
    public required double OperationsBound { get; init; }
    /// <summary>By when the task should be done; null where the client does not tell.</summary>
    public required DateTimeOffset? Deadline { get; init; }
    /// <summary>Where the whole's fraction done begins and ends that this program computes: 0 and 1.</summary>
    public required (double Start, double End) FractionDone { get; init; }
    /// <summary>Whether the user wants no program's priority changed (an option of cc_config.xml).</summary>
    public required bool KeepsPriority { get; init; }
    /// <summary>The priority that the user wants for applications (an option of cc_config.xml): 0 the lowest, 1 low, 2 normal, above it higher; null where he says nothing.</summary>
    public required int? Priority { get; init; }
    /// <summary>Physical names of the app version's files.</summary>
    public required IReadOnlyList<string> AppFiles { get; init; }
}
