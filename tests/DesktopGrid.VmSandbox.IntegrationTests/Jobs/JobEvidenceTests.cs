using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.IntegrationTests.Jobs;

/// <summary>What a failure says of a program that had ended before it.</summary>
public sealed class JobEvidenceTests
{
    [Test]
    [CancelAfter(120_000)]
    public async Task A_missing_output_does_not_hide_how_the_program_ended(CancellationToken cancellationToken)
    {
        await using var store = await TempStore.OpenAsync();
        var job = Shell("echo here > first; echo no input >&2; exit 3", new JobOutput("first", store.Path_("first")), new JobOutput("second", store.Path_("second")));

        var failure = await Fail(store, job, cancellationToken);

        failure.Code.Should().Be(SandboxErrorCode.JobOutputMissing);
        failure.Fate.Should().Be(TaskFate.Ended);
        failure.Step.Should().Be("job.get");
        failure.Machine.Should().MatchRegex("^[0-9a-f]{12}$");
        failure.Result!.ExitCode.Should().Be(3);
        failure.Result.IsSuccess.Should().BeFalse();
        failure.Result.GetStandardErrorText().Should().Be("no input\n");
        failure.Result.Outputs.Should().ContainSingle(output => output.Path == "first");
        File.Exists(store.Path_("second")).Should().BeFalse();
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Outputs_beyond_their_limit_are_a_passed_limit_and_leave_no_part(CancellationToken cancellationToken)
    {
        await using var store = await TempStore.OpenAsync();
        var both = Shell("head -c 600 /dev/zero > a; head -c 600 /dev/zero > b", new JobOutput("a", store.Path_("out/a")), new JobOutput("b", store.Path_("out/b")));
        var job = both with { Limits = new JobLimits { OutputFileBytes = 1000 } };

        var failure = await Fail(store, job, cancellationToken);

        failure.Code.Should().Be(SandboxErrorCode.JobLimitExceeded);
        failure.Fate.Should().Be(TaskFate.Ended);
        failure.Result!.IsSuccess.Should().BeTrue();
        Directory.GetFiles(store.Path_("out")).Should().Equal(store.Path_("out/a"));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task An_output_that_the_host_cannot_write_is_told_as_that(CancellationToken cancellationToken)
    {
        await using var store = await TempStore.OpenAsync();
        await File.WriteAllTextAsync(store.Path_("file"), "in the way", cancellationToken);

        var failure = await Fail(store, Shell("echo x > a", new JobOutput("a", store.Path_("file/a"))), cancellationToken);

        failure.Code.Should().Be(SandboxErrorCode.JobOutputUnwritable);
        failure.Result!.IsSuccess.Should().BeTrue();
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_program_that_cannot_be_started_never_started(CancellationToken cancellationToken)
    {
        await using var store = await TempStore.OpenAsync();
        var seen = new List<JobProgress>();

        var run = () => store.Host.RunAsync(new SandboxJob { Program = "/no/such/program" }, new Recorder(seen), cancellationToken: cancellationToken);

        var failure = (await run.Should().ThrowAsync<JobException>()).Which;
        failure.Code.Should().Be(SandboxErrorCode.GuestStartRefused);
        failure.Fate.Should().Be(TaskFate.NeverStarted);
        failure.Result.Should().BeNull();
        seen.Should().Contain(progress => progress.Machine != null && progress.Machine.Value.ToString() == failure.Machine);
    }

    private static SandboxJob Shell(string script, params JobOutput[] outputs) => new() { Program = "/bin/sh", Arguments = ["-c", script], Outputs = outputs };

    private static async Task<JobException> Fail(TempStore store, SandboxJob job, CancellationToken cancellationToken)
    {
        var run = () => store.Host.RunAsync(job, cancellationToken);
        return (await run.Should().ThrowAsync<JobException>()).Which;
    }

    /// <summary>In the caller's thread, unlike <see cref="Progress{T}"/>: what was reported is there when the job has ended.</summary>
    private sealed class Recorder(List<JobProgress> seen) : IProgress<JobProgress>
    {
        public void Report(JobProgress value)
        {
            lock (seen)
            {
                seen.Add(value);
            }
        }
    }
}
