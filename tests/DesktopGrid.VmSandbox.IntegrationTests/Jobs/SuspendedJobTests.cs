using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Jobs;

/// <summary>A job whose machine a volunteer suspends for longer than any bound of the job allows.</summary>
internal sealed class SuspendedJobTests : StoreFixture
{
    [Test]
    [Category("Long")]
    [CancelAfter(240_000)]
    public async Task A_job_that_is_suspended_beyond_its_limits_goes_on_and_ends_well(CancellationToken cancellationToken)
    {
        await using var host = await Store.OpenHostAsync(options => options.Session.RequestTimeout = TimeSpan.FromSeconds(5));
        var reported = new TaskCompletionSource<VmId>(TaskCreationOptions.RunContinuationsAsynchronously);
        var job = TestJobs.Shell("msg_to_host fraction_done 0.5; sleep 4; echo done") with { Limits = new JobLimits { WallTime = TimeSpan.FromSeconds(20) } };
        var running = host.RunAsync(job, new Recorder(progress => _ = progress.FractionDone is null || reported.TrySetResult(progress.Machine!.Value)), cancellationToken: cancellationToken);

        var machine = await reported.Task.WaitAsync(cancellationToken);
        await host.Machines.SuspendAsync(machine, cancellationToken);
        // Longer than the request that waits for news (20 s and its bound), and than the limit of wall time.
        await Task.Delay(TimeSpan.FromSeconds(27), cancellationToken);
        running.IsCompleted.Should().BeFalse();
        await host.Machines.ContinueAsync(machine, cancellationToken);

        var result = await running;
        result.ExitCode.Should().Be(0);
        result.GetStandardOutputText().Should().Be("done\n");
    }
}
