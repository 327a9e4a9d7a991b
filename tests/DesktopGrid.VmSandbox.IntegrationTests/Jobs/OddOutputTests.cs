using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.IntegrationTests.Jobs;

/// <summary>A job whose program leaves something else than the file that it owes: the job fails, how the program ended stands, and the host gets nothing of it.</summary>
internal sealed class OddOutputTests : StoreFixture
{
    [TestCase("mkfifo output", SandboxErrorCode.GuestPathRefused)]
    [TestCase("truncate -s 1099511627776 output", SandboxErrorCode.JobLimitExceeded)]
    [CancelAfter(180_000)]
    public async Task An_output_that_is_a_pipe_or_a_sparse_terabyte_fails_the_job_and_leaves_nothing_on_the_host(string script, SandboxErrorCode code, CancellationToken cancellationToken)
    {
        var target = Store.Path_("output");
        var job = TestJobs.Shell($"{script}; exit 7") with { Outputs = [new JobOutput("output", target)] };

        var failure = await Host.FailAsync(job, code, TaskFate.Ended, cancellationToken: cancellationToken);

        (failure.Step, failure.Result!.ExitCode).Should().Be(("job.get", 7));
        Directory.EnumerateFiles(Store.Folder).Should().BeEmpty();
    }
}
