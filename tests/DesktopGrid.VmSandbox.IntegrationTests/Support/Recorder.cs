using DesktopGrid.VmSandbox.Jobs;

namespace DesktopGrid.VmSandbox.IntegrationTests.Support;

/// <summary>Keeps all progress that is told, and may act on each.</summary>
internal sealed class Recorder(Action<JobProgress>? act = null) : IProgress<JobProgress>
{
    private readonly List<JobProgress> _seen = [];

    public IReadOnlyList<JobProgress> Seen
    {
        get
        {
            lock (_seen)
            {
                return [.. _seen];
            }
        }
    }

    public void Report(JobProgress value)
    {
        lock (_seen)
        {
            _seen.Add(value);
        }

        act?.Invoke(value);
    }
}
