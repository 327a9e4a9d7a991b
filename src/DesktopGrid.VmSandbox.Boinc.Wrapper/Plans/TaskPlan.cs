using DesktopGrid.VmSandbox.Boinc.JobXml;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;

/// <summary>The whole task: its programs one after the other, and what goes in and comes out besides the slot's files.</summary>
internal sealed record TaskPlan
{
    /// <summary>The programs.</summary>
    public required IReadOnlyList<PlannedTask> Tasks { get; init; }
    /// <summary>Logical names of everything that is run, programs beside the others among it.</summary>
    public required IReadOnlyList<string> Programs { get; init; }
    /// <summary>Whether the one program is linked with the BOINC API.</summary>
    public bool HasApi { get; init; }
    /// <summary>Whether exit codes of the program are the task's own; with a job, each that is not 0 becomes EXIT_CHILD_FAILED.</summary>
    public bool IsJob { get; init; }
    /// <summary>Whether the files of the app version are also wanted in the project's directory.</summary>
    public bool WantsProject { get; init; }
    /// <summary>Archives that are unpacked into the work directory.</summary>
    public IReadOnlyList<string> UnzipInputs { get; init; } = [];
    /// <summary>The archive of outputs; null for none.</summary>
    public ZipOutput? ZipOutput { get; init; }
    /// <summary>How much running time lies between two trickles about CPU time; null for none.</summary>
    public TimeSpan? TricklePeriod { get; init; }
    /// <summary>Virtual CPUs.</summary>
    public required int VirtualCpus { get; init; }
    /// <summary>What a reader of stderr.txt should know.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
