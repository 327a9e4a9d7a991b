using System.Diagnostics;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;

namespace DesktopGrid.VmSandbox.IntegrationTests.Jobs;

/// <summary>A job that its caller gives up, in each of its phases.</summary>
internal sealed class CancelTests : StoreFixture
{
    [TestCaseSource(typeof(TestJobs), nameof(TestJobs.Phases))]
    [CancelAfter(240_000)]
    public async Task A_cancelled_job_ends_at_once_says_so_and_leaves_nothing(JobPhase phase, CancellationToken cancellationToken)
    {
        var input = Store.Path_("input");
        await File.WriteAllBytesAsync(input, new byte[8_000_000], cancellationToken);
        var output = Store.Path_($"output-{phase}");
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var since = new Stopwatch();
        var job = TestJobs.Shell(phase > JobPhase.Run ? "true" : "sleep 1000") with { Inputs = [JobFile.FromHost(input)], Outputs = [new JobOutput("input", output)] };
        var progress = new Recorder(progress =>
        {
            // In put and get only when the transfer is under way.
            if (progress.Phase == phase && (phase is not (JobPhase.Put or JobPhase.Get) || progress.Transfer is { Bytes: > 0 }))
            {
                since.Start();
                cancelled.Cancel();
            }
        });

        var failure = (await FluentActions.Awaiting(() => Host.RunAsync(job, progress, cancellationToken: cancelled.Token)).Should().ThrowAsync<OperationCanceledException>()).Which;

        since.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(15));
        failure.CancellationToken.Should().Be(cancelled.Token, "the caller knows its own token");
        (new FileInfo(output) is { Exists: true } file ? file.Length : 0).Should().BeOneOf([0, 8_000_000], "an output is whole or not there");
        Directory.EnumerateFiles(Store.Folder, "*.part").Should().BeEmpty();
    }

    [Test]
    public async Task A_job_with_a_token_that_is_cancelled_already_makes_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await FluentActions.Awaiting(() => Host.RunAsync(TestJobs.Shell("true"), cancellationToken: cancelled.Token)).Should().ThrowAsync<OperationCanceledException>();
    }
}
