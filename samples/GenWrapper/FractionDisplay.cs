using System.Globalization;
using DesktopGrid.VmSandbox.Jobs;

namespace DesktopGrid.VmSandbox.GenWrapper;

/// <summary>Tells each step of the script's, once.</summary>
internal sealed class FractionDisplay(TextWriter writer) : IProgress<JobProgress>
{
    private readonly Lock _gate = new();
    private double _told = -1;

    public void Report(JobProgress value)
    {
        lock (_gate)
        {
            if (value.FractionDone is { } fraction && fraction > _told)
            {
                _told = fraction;
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{fraction * 100,3:0} % done after {value.Elapsed.TotalSeconds:0.0} s, CPU {value.CpuTime.TotalSeconds:0.0} s"));
            }
        }
    }
}
