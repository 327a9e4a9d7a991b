using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace DesktopGrid.VmSandbox.Jobs;

/// <summary>What the library tells to <see cref="System.Diagnostics"/>, so that OpenTelemetry listens to it by name.</summary>
public static class SandboxTelemetry
{
    /// <summary>The name of the <see cref="ActivitySource"/>: one activity a job, one below it for each phase.</summary>
    public const string ActivitySourceName = "DesktopGrid.VmSandbox";

    /// <summary>The name of the <see cref="Meter"/>: <c>vmsandbox.jobs</c> (count, by outcome), <c>vmsandbox.job.duration</c> (s), <c>vmsandbox.job.cpu_time</c> (s).</summary>
    public const string MeterName = "DesktopGrid.VmSandbox";
}

/// <summary>The instruments of one host.</summary>
internal sealed class JobTelemetry : IDisposable
{
    private readonly Meter _meter = new(SandboxTelemetry.MeterName);
    private readonly Counter<long> _jobs;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _cpuTime;

    public JobTelemetry()
    {
        _jobs = _meter.CreateCounter<long>("vmsandbox.jobs", "{job}", "Jobs that ended, by outcome.");
        _duration = _meter.CreateHistogram<double>("vmsandbox.job.duration", "s", "From the first to the last phase.");
        _cpuTime = _meter.CreateHistogram<double>("vmsandbox.job.cpu_time", "s", "CPU time that the host spent on the machine.");
    }

    public ActivitySource Activities { get; } = new(SandboxTelemetry.ActivitySourceName);

    public void Record(string outcome, TimeSpan duration, TimeSpan cpuTime)
    {
        var tag = new KeyValuePair<string, object?>("outcome", outcome);
        _jobs.Add(1, tag);
        _duration.Record(duration.TotalSeconds, tag);
        _cpuTime.Record(cpuTime.TotalSeconds, tag);
    }

    public void Dispose()
    {
        Activities.Dispose();
        _meter.Dispose();
    }
}
