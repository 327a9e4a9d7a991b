using System.Globalization;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;

/// <summary>A task as the client shows it to a GUI; what belongs to its process is 0 where it has none.</summary>
internal sealed record TaskState(string Name, int State, bool IsActive, int ActiveState, int Slot, int ProcessId)
{
    /// <summary>BOINC's PROCESS_* of a process that runs, and of one that is told to wait.</summary>
    public const int Executing = 1, Suspended = 9;

    public double FractionDone { get; init; }

    /// <summary>Seconds, over all its episodes.</summary>
    public double CpuTime { get; init; }

    public double CheckpointCpuTime { get; init; }

    public double ElapsedTime { get; init; }

    /// <summary>Bytes of the process and its descendants, smoothed.</summary>
    public double WorkingSet { get; init; }

    /// <summary>What the task offers to be looked at; null for nothing.</summary>
    public string? WebGraphicsUrl { get; init; }

    /// <summary>Why the task is put off, as the client says; null where it is not.</summary>
    public string? WaitReason { get; init; }

    public bool IsRunning => IsActive && ActiveState == Executing && ProcessId > 0;

    /// <summary>From an element "result" of a reply.</summary>
    public static TaskState Parse(string text)
    {
        var active = Markup.Find(text, "active_task") ?? "";
        return new TaskState(
            Markup.Find(text, "name") ?? "",
            (int)Markup.Number(text, "state"),
            active.Length > 0,
            (int)Markup.Number(active, "active_task_state"),
            (int)Markup.Number(active, "slot"),
            (int)Markup.Number(active, "pid"))
        {
            FractionDone = Markup.Number(active, "fraction_done"),
            CpuTime = Markup.Number(active, "current_cpu_time"),
            CheckpointCpuTime = Markup.Number(active, "checkpoint_cpu_time"),
            ElapsedTime = Markup.Number(active, "elapsed_time"),
            WebGraphicsUrl = Markup.Find(active, "web_graphics_url"),
            WaitReason = Markup.Find(text, "scheduler_wait_reason"),
            WorkingSet = Markup.Number(active, "working_set_size_smoothed"),
        };
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Name} state {State} active {ActiveState} slot {Slot} pid {ProcessId} done {FractionDone:0.000} cpu {CpuTime:0.00} s checkpoint {CheckpointCpuTime:0.00} s elapsed {ElapsedTime:0.0} s memory {WorkingSet / 1e6:0} MB");
}
