using DesktopGrid.VmSandbox.Platform.Activity;

namespace DesktopGrid.VmSandbox.Pausing;

/// <summary>Decides from one look to the next whether machines stand, and why. For one caller at a time.</summary>
internal sealed class PauseRule(PauseOptions options)
{
    /// <summary>Over which the use of the processors is averaged: a page that is opened is no reason, and neither is a moment of rest.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly Queue<(TimeSpan Time, TimeSpan Others, TimeSpan Total)> _looks = new();

    /// <param name="now">A time that only grows.</param>
    /// <param name="reading">What goes on.</param>
    /// <param name="ours">Processor time of this process and its machines, since any moment that stays the same.</param>
    public PauseReason? Decide(TimeSpan now, ActivityReading reading, TimeSpan ours)
    {
        _looks.Enqueue((now, reading.Busy - ours, reading.Total));
        // One from before the window stays, or its beginning would be missing.
        while (_looks.Count > 2 && now - _looks.ElementAt(1).Time >= Window)
        {
            _looks.Dequeue();
        }

        return options.Asked?.Invoke() == true ? PauseReason.Asked
            : options.OnBattery && reading.IsOnBattery == true ? PauseReason.OnBattery
            : options.UserActiveWithin is { } within && (options.SinceInput is { } known ? known() : reading.SinceInput) < within ? PauseReason.UserActive
            : options.OthersCpuPercent <= OthersPercent(now) ? PauseReason.ProcessorsBusy
            : null;
    }

    /// <summary>Null until a whole window was seen.</summary>
    private double? OthersPercent(TimeSpan now)
    {
        var (first, last) = (_looks.Peek(), _looks.Last());
        return now - first.Time >= Window && last.Total > first.Total ? 100 * (last.Others - first.Others) / (last.Total - first.Total) : null;
    }
}
