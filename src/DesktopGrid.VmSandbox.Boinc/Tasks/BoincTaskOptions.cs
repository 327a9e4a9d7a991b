namespace DesktopGrid.VmSandbox.Boinc.Tasks;

/// <summary>How a task is opened.</summary>
public sealed class BoincTaskOptions
{
    /// <summary>The slot. Default: the working directory, in which the client starts an application.</summary>
    public string Slot { get; set; } = Environment.CurrentDirectory;

    /// <summary>How long to wait for an application of before that still holds the slot, before the task asks to be started later. Default 35 s, as BOINC's own library; range 0 to 10 min.</summary>
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(35);

    /// <summary>How long a client may be silent that does not name its process, before it counts as gone. Default 30 s, as BOINC's own library; range 1 s to 1 h.</summary>
    public TimeSpan SilenceTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the channels are looked at. Default 100 ms, as BOINC's own library; range 10 ms to 1 s.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The clock. Default the system's.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;
}
