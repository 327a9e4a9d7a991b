using DesktopGrid.VmSandbox.Platform.Activity;

namespace DesktopGrid.VmSandbox.Pausing;

/// <summary>Decides from one look to the next whether machines stand, and why. For one caller at a time.</summary>
internal sealed class PauseRule(PauseOptions options)
{
    /// <summary>Over which the use of the processors is averaged: a page that is opened is no reason, and neither is a moment of rest.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The part of the threshold below which the processors count as free again. Load about the threshold would else hold and release the machines by
    /// turns.
    /// </summary>
    public const double Release = 0.8;

    private readonly Queue<(TimeSpan Time, TimeSpan Others, TimeSpan Total)> _looks = new();
    private bool _isBusy;

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

        // Also while another reason comes before it: it must not begin anew when that one ends.
        _isBusy = options.OthersCpuPercent is { } most && OthersPercent(now) >= (_isBusy ? most * Release : most);
        return options.Asked?.Invoke() == true ? PauseReason.Asked
            : options.OnBattery && reading.IsOnBattery == true ? PauseReason.OnBattery
            : options.UserActiveWithin is { } within && (options.SinceInput is { } known ? known() : reading.SinceInput) < within ? PauseReason.UserActive
            : _isBusy ? PauseReason.ProcessorsBusy
            : null;
    }

    /// <summary>Null until a whole window was seen.</summary>
    private double? OthersPercent(TimeSpan now)
    {
        var (first, last) = (_looks.Peek(), _looks.Last());
        return now - first.Time >= Window && last.Total > first.Total ? 100 * (last.Others - first.Others) / (last.Total - first.Total) : null;
    }
}
