using DesktopGrid.VmSandbox.Boinc.Slots;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;

/// <summary>How a run of the wrapper ends.</summary>
internal abstract record RunEnd
{
    private RunEnd()
    {
    }

    /// <summary>The task is done, for better or worse.</summary>
    /// <param name="ExitCode">What the process exits with.</param>
    /// <param name="Message">A sentence for stderr.txt; null for none.</param>
    public sealed record Finished(int ExitCode, string? Message = null) : RunEnd;

    /// <summary>The client quits: the task goes on another time.</summary>
    public sealed record Kept : RunEnd;

    /// <summary>The client aborts: nothing is kept.</summary>
    public sealed record Aborted : RunEnd;

    /// <summary>The task asks to be started later.</summary>
    /// <param name="Delay">When.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Postponed(TimeSpan Delay, string Reason) : RunEnd;

    /// <summary>Done with one of BOINC's codes.</summary>
    public static Finished With(BoincExitCode code, string message) => new((int)code, message);
}
