using DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;

/// <summary>How far the whole task is: the programs that are done, and the part of the one that runs, by their weights. Safe for several threads.</summary>
internal sealed class RunProgress(IReadOnlyList<PlannedTask> tasks)
{
    private readonly Lock _gate = new();
    private readonly double _total = tasks.Sum(static task => task.Weight);
    private int _done;
    private double _part;

    /// <summary>The part of the whole, 0 to 1.</summary>
    public double FractionDone
    {
        get
        {
            lock (_gate)
            {
                return _total <= 0 ? 0 : Math.Clamp((tasks.Take(_done).Sum(static task => task.Weight) + (_done < tasks.Count ? tasks[_done].Weight * _part : 0)) / _total, 0, 1);
            }
        }
    }

    /// <summary>A program begins; those before it are done.</summary>
    public void Begin(int index)
    {
        lock (_gate)
        {
            (_done, _part) = (index, 0);
        }
    }

    /// <summary>The program that runs has done a part of its work.</summary>
    public void Reach(double part)
    {
        lock (_gate)
        {
            _part = Math.Clamp(part, 0, 1);
        }
    }
}
