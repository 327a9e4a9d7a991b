using System.Diagnostics;
using System.Diagnostics.Metrics;
using DesktopGrid.VmSandbox.Primitives;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.Jobs;

/// <summary>What the library tells to <see cref="System.Diagnostics"/>, so that OpenTelemetry listens to it by name.</summary>
public static class SandboxTelemetry
{
    /// <summary>The name of the <see cref="ActivitySource"/>: one activity a job, one below it for each phase.</summary>
    public const string ActivitySourceName = "DesktopGrid.VmSandbox";

    /// <summary>The name of the <see cref="Meter"/>: <c>vmsandbox.jobs</c> (count, by outcome), <c>vmsandbox.job.duration</c> (s), <c>vmsandbox.job.cpu_time</c> (s).</summary>
    public const string MeterName = "DesktopGrid.VmSandbox";
}

/// <summary>What a host tells of its jobs: activities, measurements and log lines. The log holds no program's name, path or output, which are the grid's and the guest's.</summary>
internal sealed partial class JobTelemetry : IDisposable
{
    private readonly ILogger _logger;
    private readonly Meter _meter = new(SandboxTelemetry.MeterName);
    private readonly Counter<long> _jobs;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _cpuTime;

    public JobTelemetry(ILogger logger)
    {
        _logger = logger;
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

    [LoggerMessage(SandboxEventId.JobBegan, LogLevel.Debug, "Job {Job} began")]
    public partial void LogBegan(string job);

    /// <param name="job">Which.</param>
    /// <param name="seconds">How long it took.</param>
    /// <param name="exitCode">The program's; null where a signal ended it.</param>
    /// <param name="signal">That signal.</param>
    public void LogEnded(string job, double seconds, int? exitCode, int? signal)
    {
        if (signal is { } number)
        {
            LogKilled(job, seconds, number);
        }
        else
        {
            LogExited(job, seconds, exitCode ?? 0);
        }
    }

#pragma warning disable SYSLIB1006, SYSLIB1025 // One event, which says what there is to say: a null in a sentence tells nobody anything.
    [LoggerMessage(SandboxEventId.JobEnded, LogLevel.Information, "Job {Job} ended after {Seconds:0.0} s with exit code {ExitCode}", EventName = "LogEnded")]
    private partial void LogExited(string job, double seconds, int exitCode);

    [LoggerMessage(SandboxEventId.JobEnded, LogLevel.Information, "Job {Job} ended after {Seconds:0.0} s by signal {Signal}", EventName = "LogEnded")]
    private partial void LogKilled(string job, double seconds, int signal);
#pragma warning restore SYSLIB1006, SYSLIB1025

    [LoggerMessage(SandboxEventId.JobFailed, LogLevel.Information, "Job {Job} failed in the phase {Phase} ({Code}, {Fate})")]
    public partial void LogFailed(string job, JobPhase phase, SandboxErrorCode code, TaskFate? fate);

    [LoggerMessage(SandboxEventId.JobCancelled, LogLevel.Information, "Job {Job} was cancelled in the phase {Phase}")]
    public partial void LogCancelled(string job, JobPhase phase);

    [LoggerMessage(SandboxEventId.JobEndNotNoted, LogLevel.Warning, "The end of the program of job {Job} could not be written down; its result is told all the same")]
    public partial void LogEndNotNoted(string job, Exception exception);

    [LoggerMessage(SandboxEventId.JobNotRemoved, LogLevel.Warning, "What job {Job} had cannot be removed now; the next opening of the store will")]
    public partial void LogNotRemoved(string job, Exception exception);
}
