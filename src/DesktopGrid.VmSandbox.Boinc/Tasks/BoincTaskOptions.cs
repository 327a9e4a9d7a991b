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

    /// <summary>Checks everything at once.</summary>
    internal void Demand()
    {
        var faults = new List<string>();
        Check(LockTimeout >= TimeSpan.Zero && LockTimeout <= TimeSpan.FromMinutes(10), $"{nameof(LockTimeout)} must lie between 0 and 10 min.");
        Check(SilenceTimeout >= TimeSpan.FromSeconds(1) && SilenceTimeout <= TimeSpan.FromHours(1), $"{nameof(SilenceTimeout)} must lie between 1 s and 1 h.");
        Check(PollInterval >= TimeSpan.FromMilliseconds(10) && PollInterval <= TimeSpan.FromSeconds(1), $"{nameof(PollInterval)} must lie between 10 ms and 1 s.");
        Check(!string.IsNullOrEmpty(Slot), $"{nameof(Slot)} must name a folder.");
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join(' ', faults));
        }

        void Check(bool isGood, string fault)
        {
            if (!isGood)
            {
                faults.Add(fault);
            }
        }
    }
}
