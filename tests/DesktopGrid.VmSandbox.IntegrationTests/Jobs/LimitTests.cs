using System.Diagnostics;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Jobs;

/// <summary>A job that wants more than it may is ended, and says so.</summary>
internal sealed class LimitTests : StoreFixture
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    [Test]
    [CancelAfter(180_000)]
    public async Task A_program_that_sleeps_too_long_passes_its_wall_time_but_not_its_processor_time(CancellationToken cancellationToken)
    {
        var running = new Stopwatch();
        var job = TestJobs.Shell("sleep 1000") with { Limits = new JobLimits { WallTime = Limit, CpuTime = TimeSpan.FromMinutes(1) } };

        var failure = await Host.FailAsync(job, SandboxErrorCode.JobLimitExceeded, TaskFate.MayHaveRun, new Recorder(progress => StartAt(running, progress)), cancellationToken: cancellationToken);

        failure.Message.Should().Contain("wall time").And.Contain("2 s");
        failure.PassedLimit.Should().Match<PassedLimit>(static passed => passed.Kind == JobLimit.WallTime && passed.Limit == 2 && passed.Measured > 2);
        failure.Step.Should().Be("job.run");
        failure.Machine.Should().NotBeNull();
        running.Elapsed.Should().BeGreaterThan(Limit).And.BeLessThan(Limit + TimeSpan.FromSeconds(20));
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_program_that_is_over_its_limit_ends_although_nobody_takes_its_output(CancellationToken cancellationToken)
    {
        var stuck = new TaskCompletionSource();
        var job = TestJobs.Shell("while :; do echo more; done") with { Limits = new JobLimits { WallTime = Limit } };
        var running = Host.FailAsync(job, SandboxErrorCode.JobLimitExceeded, TaskFate.MayHaveRun, onOutput: _ => new ValueTask(stuck.Task), cancellationToken: cancellationToken);
        await Eventually.HoldsAsync(() => ProcessTable.Naming(Store.StorePath).Count > 0, "QEMU runs");

        await Eventually.HoldsAsync(() => ProcessTable.Naming(Store.StorePath).Count == 0, "the program runs no longer", TimeSpan.FromSeconds(40));
        running.IsCompleted.Should().BeFalse("its caller is still at the output");
        stuck.SetResult();

        await running;
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_program_that_computes_too_long_passes_its_processor_time(CancellationToken cancellationToken)
    {
        var job = TestJobs.Shell("while :; do :; done") with { Limits = new JobLimits { CpuTime = Limit } };

        var failure = await Host.FailAsync(job, SandboxErrorCode.JobLimitExceeded, TaskFate.MayHaveRun, cancellationToken: cancellationToken);

        failure.Message.Should().Contain("CPU time");
        failure.PassedLimit.Should().Match<PassedLimit>(static passed => passed.Kind == JobLimit.CpuTime && passed.Limit == 2 && passed.Measured > 2);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task Output_beyond_its_limit_is_counted_and_dropped_which_is_no_failure(CancellationToken cancellationToken)
    {
        var job = TestJobs.Shell("head -c 100000 /dev/zero | tr '\\0' x; head -c 2000 /dev/zero | tr '\\0' y >&2") with { Limits = new JobLimits { StandardOutputBytes = 1000 } };
        var live = 0L;

        var result = await Host.RunAsync(job, onOutput: output =>
        {
            Interlocked.Add(ref live, output.Bytes.Length);
            return ValueTask.CompletedTask;
        }, cancellationToken: cancellationToken);

        result.ExitCode.Should().Be(0);
        result.StandardOutput.Text().Should().Be(new string('x', 1000));
        result.StandardError.Text().Should().Be(new string('y', 1000));
        result.DroppedBytes.Should().Be(99_000 + 1000);
        live.Should().Be(2000);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task Outputs_that_are_larger_than_allowed_are_a_limit_passed_and_leave_no_part(CancellationToken cancellationToken)
    {
        var (first, second) = (Store.Path_("first"), Store.Path_("second"));
        var job = TestJobs.Shell("head -c 600 /dev/zero > a; head -c 600 /dev/zero > b") with
        {
            Outputs = [new JobOutput("a", first), new JobOutput("b", second)],
            Limits = new JobLimits { OutputFileBytes = 1000 },
        };

        var failure = await Host.FailAsync(job, SandboxErrorCode.JobLimitExceeded, TaskFate.Ended, cancellationToken: cancellationToken);

        failure.Message.Should().Contain("1000 bytes").And.Contain("\"b\"");
        failure.PassedLimit.Should().Be(new PassedLimit(JobLimit.OutputFiles, 1000, 1200));
        File.Exists(second).Should().BeFalse("all of an output or nothing");
        Directory.EnumerateFiles(Store.Folder, "*.part").Should().BeEmpty();
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_program_that_forks_without_end_is_ended_at_its_limit_of_processes(CancellationToken cancellationToken)
    {
        var job = TestJobs.Shell("fork() { fork | fork & }; fork; sleep 1000") with { Limits = new JobLimits { Processes = 20, WallTime = TimeSpan.FromMinutes(2) } };

        var failure = await Host.FailAsync(job, SandboxErrorCode.JobLimitExceeded, TaskFate.Ended, cancellationToken: cancellationToken);

        failure.PassedLimit.Should().Be(new PassedLimit(JobLimit.Processes, 20, 20));
        failure.Result!.IsSuccess.Should().BeFalse();
        await TheNextJobStartsCleanlyAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_program_within_its_limit_of_processes_ends_well(CancellationToken cancellationToken)
    {
        var job = TestJobs.Shell("sleep 0.1 & sleep 0.1 & wait; echo done") with { Limits = new JobLimits { Processes = 3 } };

        (await Host.RunAsync(job, cancellationToken)).GetStandardOutputText().Should().Be("done\n");
    }

    // tail keeps what it reads until it has read a line's end. The other goes so slowly that the kernel by itself ends nobody: there are always pages of
    // programs that it can free, and must read again at once.
    [TestCase("tail -n 1 /dev/zero")]
    [TestCase("awk 'BEGIN { while (1) a[i++] = i \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\" }'")]
    [CancelAfter(180_000)]
    public async Task A_program_that_fills_memory_passes_the_limit_of_its_machine(string program, CancellationToken cancellationToken)
    {
        var job = TestJobs.Shell($"{program}; exit $?") with { Machine = new VmOptions { MemoryMiB = 128 }, Limits = new JobLimits { WallTime = TimeSpan.FromMinutes(2) } };

        var failure = await Host.FailAsync(job, SandboxErrorCode.JobLimitExceeded, TaskFate.Ended, cancellationToken: cancellationToken);

        failure.PassedLimit.Should().Match<PassedLimit>(static passed => passed.Kind == JobLimit.Memory && passed.Limit == 128 * 1024 * 1024 && passed.Measured > 30e6 && passed.Measured < passed.Limit);
        failure.Result!.ExitCode.Should().Be(137);
        await TheNextJobStartsCleanlyAsync(cancellationToken);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_program_that_fills_the_disk_is_ended_at_its_limit_of_bytes(CancellationToken cancellationToken)
    {
        const long limit = 32L << 20;
        var job = TestJobs.Shell("while head -c 1000000 /dev/urandom >> big; do sync; done; sleep 1000") with { Limits = new JobLimits { DiskBytes = limit, WallTime = TimeSpan.FromMinutes(2) } };

        var failure = await Host.FailAsync(job, SandboxErrorCode.JobLimitExceeded, TaskFate.MayHaveRun, cancellationToken: cancellationToken);

        failure.PassedLimit.Should().Match<PassedLimit>(static passed => passed.Kind == JobLimit.Disk && passed.Limit == limit && passed.Measured > limit);
        failure.Message.Should().Contain("33554432 bytes on the disk");
        await TheNextJobStartsCleanlyAsync(cancellationToken);
    }

    private async Task TheNextJobStartsCleanlyAsync(CancellationToken cancellationToken)
    {
        var result = await Host.RunAsync(TestJobs.Shell("ls -A; sleep 0.1 & wait; echo next"), cancellationToken);

        result.GetStandardOutputText().Should().Be("next\n");
        result.PeakDiskBytes.Should().BeLessThan(16L << 20);
    }

    private static void StartAt(Stopwatch clock, JobProgress progress)
    {
        if (progress.Phase == JobPhase.Run && !clock.IsRunning)
        {
            clock.Start();
        }
    }
}
