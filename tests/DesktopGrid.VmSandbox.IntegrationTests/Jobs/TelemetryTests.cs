using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.IntegrationTests.Jobs;

/// <summary>What listeners of System.Diagnostics, such as OpenTelemetry, hear.</summary>
internal sealed class TelemetryTests : StoreFixture
{
    [Test]
    [CancelAfter(180_000)]
    public async Task A_job_is_an_activity_with_one_below_it_for_each_phase_and_three_measurements(CancellationToken cancellationToken)
    {
        var (activities, measured) = (new ConcurrentQueue<Activity>(), new ConcurrentQueue<(string Name, double Value, object? Outcome)>());
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == SandboxTelemetry.ActivitySourceName,
            Sample = static (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var meters = new MeterListener
        {
            InstrumentPublished = static (instrument, own) =>
            {
                if (instrument.Meter.Name == SandboxTelemetry.MeterName)
                {
                    own.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => measured.Enqueue((instrument.Name, value, tags[0].Value)));
        meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => measured.Enqueue((instrument.Name, value, tags[0].Value)));
        meters.Start();

        await Host.RunAsync(TestJobs.Shell("exit 1"), cancellationToken: cancellationToken);
        await Host.FailAsync(new SandboxJob { Program = "/bin/nothing" }, SandboxErrorCode.GuestStartRefused, TaskFate.NeverStarted, cancellationToken: cancellationToken);

        var jobs = activities.Where(static activity => activity.OperationName == "vmsandbox.job").ToList();
        jobs.Select(static job => job.Status).Should().Equal(ActivityStatusCode.Unset, ActivityStatusCode.Error);
        jobs[0].GetTagItem("vmsandbox.job.program").Should().Be("/bin/sh");
        activities.Where(activity => activity.ParentSpanId == jobs[0].SpanId).Select(static activity => activity.OperationName)
            .Should().Equal(TestJobs.Phases.Select(static phase => $"vmsandbox.job.{phase.ToString().ToLowerInvariant()}"));
        activities.Single(activity => activity.ParentSpanId == jobs[1].SpanId && activity.OperationName == "vmsandbox.job.run").Status.Should().Be(ActivityStatusCode.Error);
        measured.Where(static one => one.Name == "vmsandbox.jobs").Select(static one => one.Outcome).Should().Equal("ended", "failed");
        measured.Where(static one => one.Name == "vmsandbox.job.duration").Should().HaveCount(2).And.OnlyContain(static one => one.Value > 0.1);
        measured.Where(static one => one.Name == "vmsandbox.job.cpu_time").Should().HaveCount(2);
    }
}
