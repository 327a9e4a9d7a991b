using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;
using Microsoft.Data.Sqlite;

namespace DesktopGrid.VmSandbox.IntegrationTests.Jobs;

/// <summary>A machine's log: while it lives, and after it for as long as was asked.</summary>
internal sealed class LogTests : StoreFixture
{
    [Test]
    [CancelAfter(180_000)]
    public async Task A_log_is_followed_while_the_job_runs_and_stays_for_as_long_as_was_asked(CancellationToken cancellationToken)
    {
        var keep = TimeSpan.FromSeconds(15);
        var job = TestJobs.Shell("echo to stdout; echo to stderr >&2; printf 'bell \\007 and half a line'") with { Machine = new VmOptions { KeepLog = keep, WarmStart = false } };
        var followed = new TaskCompletionSource<Task<List<LogLine>>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var progress = new Recorder(progress =>
        {
            if (progress.Phase == JobPhase.Run && !followed.Task.IsCompleted)
            {
                var machine = Host.Machines.ListAsync(cancellationToken).GetAwaiter().GetResult().Single().Id;
                followed.TrySetResult(Host.ReadLogAsync(machine, new LogQuery { Follow = true }, cancellationToken).ToListAsync(cancellationToken).AsTask());
            }
        });

        var result = await Host.RunAsync(job, progress, cancellationToken: cancellationToken);

        var live = await await followed.Task;
        var after = await Host.ReadLogAsync(result.Machine, null, cancellationToken).ToListAsync(cancellationToken);
        after.Should().Equal(live, "who follows sees every line, and the end");
        after.Where(static line => line.Source == LogSource.Stdout).Select(static line => line.Text).Should().Equal("to stdout", "bell . and half a line");
        after.Where(static line => line.Source == LogSource.Stderr).Select(static line => line.Text).Should().Equal("to stderr");
        after.Should().Contain(static line => line.Source == LogSource.Console && line.Text.Contains("vmsandbox-init"));
        after.Should().Contain(static line => line.Source == LogSource.Daemon && line.Text.Contains("version"));
        after.Where(static line => line.Source == LogSource.Host).Select(static line => line.Text.Split(':')[0]).Should().Equal("started", "ready", "destroyed");
        after.Select(static line => line.Time).Should().BeInAscendingOrder();

        var tail = await Host.ReadLogAsync(result.Machine, new LogQuery { Tail = 1, Sources = [LogSource.Stdout, LogSource.Stderr] }, cancellationToken).ToListAsync(cancellationToken);
        tail.Should().Equal(after.Last(static line => line.Source is LogSource.Stdout or LogSource.Stderr));
        await SweptAsync(result.Machine, keep, cancellationToken);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_log_that_nobody_asked_to_keep_goes_with_its_machine(CancellationToken cancellationToken)
    {
        var result = await Host.RunAsync(TestJobs.Shell("true"), cancellationToken: cancellationToken);

        ReadUnknown(result.Machine);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task The_log_of_a_job_that_failed_can_be_read_by_the_machine_that_its_exception_names(CancellationToken cancellationToken)
    {
        var keep = TimeSpan.FromHours(1);
        var job = TestJobs.Shell("echo last words; sleep 1000") with { Machine = new VmOptions { KeepLog = keep }, Limits = new JobLimits { WallTime = TimeSpan.FromSeconds(2) } };

        var failure = await Host.FailAsync(job, SandboxErrorCode.JobLimitExceeded, TaskFate.MayHaveRun, cancellationToken: cancellationToken);

        var machine = VmId.Parse(failure.Machine!);
        var log = await Host.ReadLogAsync(machine, new LogQuery { Sources = [LogSource.Stdout] }, cancellationToken).ToListAsync(cancellationToken);
        log.Select(static line => line.Text).Should().Equal("last words");
        await AgeKeptLogsAsync(cancellationToken);
        await SweptAsync(machine, TimeSpan.Zero, cancellationToken);
    }

    /// <summary>Opening the store sweeps what has been kept long enough, and nothing before.</summary>
    private async Task SweptAsync(VmId machine, TimeSpan keep, CancellationToken cancellationToken)
    {
        if (keep > TimeSpan.Zero)
        {
            await using (await Store.OpenHostAsync())
            {
                (await Host.ReadLogAsync(machine, null, cancellationToken).AnyAsync(cancellationToken)).Should().BeTrue();
            }

            await Task.Delay(keep, cancellationToken);
        }

        await using (await Store.OpenHostAsync())
        {
            ReadUnknown(machine);
        }
    }

    /// <summary>As if the time had passed: an hour is too long for a test.</summary>
    private async Task AgeKeptLogsAsync(CancellationToken cancellationToken)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(Store.StorePath, "catalog.db")};Pooling=False");
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE kept_logs SET keep_until = 0";
        (await command.ExecuteNonQueryAsync(cancellationToken)).Should().Be(1);
    }

    private void ReadUnknown(VmId machine) =>
        FluentActions.Invoking(() => Host.ReadLogAsync(machine)).Should().Throw<VmException>().Which.Code.Should().Be(SandboxErrorCode.MachineUnknown);
}
