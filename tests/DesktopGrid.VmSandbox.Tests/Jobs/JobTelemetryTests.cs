using System.Diagnostics;
using System.Diagnostics.Metrics;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Jobs.Running;
using Microsoft.Extensions.Logging.Abstractions;

namespace DesktopGrid.VmSandbox.Tests.Jobs;

/// <summary>What listeners hear, by the names that are promised.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class JobTelemetryTests
{
    [Test]
    public void A_meter_of_that_name_counts_jobs_by_outcome()
    {
        var measured = new List<(string Name, string? Unit, double Value, object? Outcome)>();
        using var telemetry = new JobTelemetry(NullLogger.Instance);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Name == "DesktopGrid.VmSandbox")
            {
                own.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => measured.Add((instrument.Name, instrument.Unit, value, tags[0].Value)));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => measured.Add((instrument.Name, instrument.Unit, value, tags[0].Value)));
        listener.Start();

        telemetry.Record("ended", TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(45));

        measured.Should().BeEquivalentTo(
        [
            ("vmsandbox.jobs", "{job}", 1.0, (object)"ended"),
            ("vmsandbox.job.duration", "s", 90.0, "ended"),
            ("vmsandbox.job.cpu_time", "s", 45.0, "ended"),
        ]);
    }

    [Test]
    public async Task A_source_of_that_name_has_an_activity_for_each_phase_and_marks_the_one_that_failed()
    {
        var stopped = new List<Activity>();
        using var telemetry = new JobTelemetry(NullLogger.Instance);
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => ReferenceEquals(source, telemetry.Activities) && source.Name == "DesktopGrid.VmSandbox",
            Sample = static (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = stopped.Add,
        };
        ActivitySource.AddActivityListener(listener);
        var clock = new JobClock(null, telemetry.Activities, TimeProvider.System);

        await clock.MeasureAsync(JobPhase.Create, static () => Task.CompletedTask);
        await clock.Awaiting(static it => it.MeasureAsync(JobPhase.Start, static () => Task.FromException(new IOException("no disk")))).Should().ThrowAsync<IOException>();

        stopped.Select(static activity => (activity.OperationName, activity.Status, activity.StatusDescription))
            .Should().Equal(("vmsandbox.job.create", ActivityStatusCode.Unset, null), ("vmsandbox.job.start", ActivityStatusCode.Error, "no disk"));
    }

    [Test]
    public void The_names_are_those_of_the_documentation() => (SandboxTelemetry.ActivitySourceName, SandboxTelemetry.MeterName).Should().Be(("DesktopGrid.VmSandbox", "DesktopGrid.VmSandbox"));
}
