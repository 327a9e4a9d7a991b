using System.Diagnostics;
using System.Text;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Jobs;

/// <summary>What a caller sees while the job still runs.</summary>
internal sealed class LiveTests : StoreFixture
{
    [Test]
    [CancelAfter(180_000)]
    public async Task Output_and_fraction_done_come_while_the_program_runs(CancellationToken cancellationToken)
    {
        // The program goes on only after a pause: what came before it was told before the end.
        const string script = "echo first; echo oops >&2; msg_to_host fraction_done 0.25; msg_to_host fraction_done nonsense; msg_to_host fraction_done 7; sleep 3; msg_to_host fraction_done 0.75; echo second";
        var clock = Stopwatch.StartNew();
        var (output, told) = (new List<(TimeSpan At, string Text)>(), new List<(TimeSpan At, double? Fraction)>());
        var progress = new Recorder(progress =>
        {
            lock (told)
            {
                told.Add((clock.Elapsed, progress.FractionDone));
            }
        });

        var result = await Host.RunAsync(TestJobs.Shell(script), progress, part =>
        {
            output.Add((clock.Elapsed, $"{(part.IsError ? "error " : "")}{Encoding.UTF8.GetString(part.Bytes.Span)}"));
            return ValueTask.CompletedTask;
        }, cancellationToken);

        output.Select(static part => part.Text).Should().BeEquivalentTo("first\n", "error oops\n", "second\n");
        (output.Single(static part => part.Text == "second\n").At - output.Single(static part => part.Text == "first\n").At).Should().BeGreaterThan(TimeSpan.FromSeconds(1));
        told.Select(static one => one.Fraction).Distinct().Should().Equal([null, 0.25, 0.75], "a report that is no number from 0 to 1 is none");
        (told.First(static one => one.Fraction == 0.75).At - told.First(static one => one.Fraction == 0.25).At).Should().BeGreaterThan(TimeSpan.FromSeconds(1));
        result.Messages.Select(static message => message.Value).Should().Equal("0.25", "nonsense", "7", "0.75");
        progress.Seen.Where(static one => one.Phase == JobPhase.Run).Should().HaveCountGreaterThan(3, "also without news a caller hears once a second");
        progress.Seen.Select(static one => one.Elapsed).Should().BeInAscendingOrder();
        progress.Seen.Last(static one => one.Phase == JobPhase.Run).CpuTime.Should().BePositive();
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_program_that_knows_of_no_messages_tells_how_far_it_is_by_a_file_and_by_its_output(CancellationToken cancellationToken)
    {
        // Each waits until it was heard: the host looks into the file now and then only.
        var script = "printf 'part 1 of 8\\rpart 2 of 8\\rnothing\\n'; echo 0.1 > done; echo 0.5 >> done; until [ -e heard ]; do sleep 0.1; done; echo part 6 of 8 >&2";
        var machine = new TaskCompletionSource<VmId>();
        var progress = new Recorder(told => _ = told.FractionDone == 0.5 && machine.TrySetResult(told.Machine!.Value));
        var job = TestJobs.Shell(script) with { FractionDone = new FractionDoneSource { File = "done", OutputPattern = @"part (\d+) of (\d+)" } };

        var running = Host.RunAsync(job, progress, cancellationToken: cancellationToken);
        var session = await Host.OpenSessionAsync(await machine.Task.WaitAsync(cancellationToken), cancellationToken);
        await session.PutTextAsync("heard", "", cancellationToken: cancellationToken);
        await running;

        progress.Seen.Select(static told => told.FractionDone).OfType<double>().Distinct().Should().Equal(0.25, 0.5, 0.75);
    }

    [TestCase("ln -s /dev/zero done")]
    [TestCase("mkdir done")]
    [TestCase("mkfifo done")]
    [TestCase("head -c 1000000 /dev/zero > done")]
    [CancelAfter(180_000)]
    public async Task A_file_that_tells_nothing_is_no_failure(string trap, CancellationToken cancellationToken)
    {
        // The host looks every other second. That it hears of the good one in its place shows that it still looks after it saw the other.
        var script = $"{trap}; sleep 3; rm -rf done; echo 0.5 >done; until [ -e heard ]; do sleep 0.1; done";
        var machine = new TaskCompletionSource<VmId>();
        var progress = new Recorder(told => _ = told.FractionDone is not null && machine.TrySetResult(told.Machine!.Value));
        var job = TestJobs.Shell(script) with { FractionDone = new FractionDoneSource { File = "done" } };

        var running = Host.RunAsync(job, progress, cancellationToken: cancellationToken);
        var session = await Host.OpenSessionAsync(await machine.Task.WaitAsync(cancellationToken), cancellationToken);
        await session.PutTextAsync("heard", "", cancellationToken: cancellationToken);
        (await running).ExitCode.Should().Be(0);

        progress.Seen.Select(static told => told.FractionDone).OfType<double>().Distinct().Should().Equal(0.5);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_slow_reader_of_the_output_loses_nothing_and_gets_it_in_order(CancellationToken cancellationToken)
    {
        var seen = new StringBuilder();

        var result = await Host.RunAsync(TestJobs.Shell("seq 1 20000"), onOutput: async part =>
        {
            await Task.Delay(50, cancellationToken);
            seen.Append(Encoding.UTF8.GetString(part.Bytes.Span));
        }, cancellationToken: cancellationToken);

        seen.ToString().Should().Be(string.Concat(Enumerable.Range(1, 20000).Select(static i => $"{i}\n")));
        result.StandardOutput.Text().Should().Be(seen.ToString());
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task Transfers_are_told_with_their_size(CancellationToken cancellationToken)
    {
        var input = Store.Path_("input");
        await File.WriteAllBytesAsync(input, new byte[3_000_000], cancellationToken);
        var progress = new Recorder();

        await Host.RunAsync(TestJobs.Shell("cp input output") with { Inputs = [JobFile.FromHost(input)], Outputs = [new JobOutput("output", Store.Path_("output"))] }, progress, cancellationToken: cancellationToken);

        progress.Seen.Select(static one => (one.Phase, one.Transfer?.Path, one.Transfer?.Bytes, one.Transfer?.Total)).Should()
            .Contain((JobPhase.Put, "input", 3_000_000L, 3_000_000L)).And.Contain((JobPhase.Get, "output", 3_000_000L, 3_000_000L));
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_callers_own_exception_comes_back_unchanged_and_nothing_is_left(CancellationToken cancellationToken)
    {
        foreach (var fault in (Exception[])[new InvalidTimeZoneException("the caller's"), new OperationCanceledException("of another token"), new SessionException(SandboxErrorCode.GuestRefused, "of another session")])
        {
            (await FluentActions.Awaiting(() => Host.RunAsync(TestJobs.Shell("echo x; sleep 1000"), onOutput: _ => throw fault, cancellationToken: cancellationToken)).Should().ThrowAsync<Exception>())
                .Which.Should().BeSameAs(fault);
        }
    }
}
