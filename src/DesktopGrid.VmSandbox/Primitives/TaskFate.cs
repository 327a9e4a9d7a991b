namespace DesktopGrid.VmSandbox.Primitives;

/// <summary>What is known about the program when something failed. A grid decides by it whether to give the work out again.</summary>
public enum TaskFate
{
    /// <summary>The program was never started: to try again is safe, whatever the program does.</summary>
    NeverStarted = 0,
    /// <summary>The program was started, or its start was under way: it may have run in part.</summary>
    MayHaveRun = 1,
    /// <summary>The program ended; the failure came after.</summary>
    Ended = 2,
}
