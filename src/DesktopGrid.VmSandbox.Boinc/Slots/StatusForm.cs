namespace DesktopGrid.VmSandbox.Boinc.Slots;

/// <summary>The names in <c>vmsandbox_status.json</c> (<see cref="SlotFiles.Status"/>), and how much of it a reader takes.</summary>
internal static class StatusForm
{
    public const string Result = "result", Project = "project", Machine = "machine", State = "state", Accelerator = "accelerator", Console = "console";
    public const string FractionDone = "fraction_done", CpuSeconds = "cpu_seconds", ElapsedSeconds = "elapsed_seconds", LastCheckpoint = "last_checkpoint", MemoryBytes = "memory_bytes";

    /// <summary>The largest file.</summary>
    public const int MostBytes = 64 * 1024;

    /// <summary>The longest text, the longest line of the console, and how many of those there are.</summary>
    public const int LongestText = 200, LongestLine = 400, MostLines = 60;

    /// <summary>The largest number.</summary>
    public const double MostNumber = 1e15;
}
