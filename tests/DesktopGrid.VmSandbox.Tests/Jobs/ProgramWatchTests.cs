using System.Diagnostics;
using System.Globalization;
using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Jobs.Running;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Tests.Sessions.Http;
using DesktopGrid.VmSandbox.Vms;
using DesktopGrid.VmSandbox.Vms.Boundary;
using Microsoft.Extensions.Time.Testing;

namespace DesktopGrid.VmSandbox.Tests.Jobs;

/// <summary>The watch over a program, against a scripted daemon that promises less than it does.</summary>
[CancelAfter(120_000)]
public sealed class ProgramWatchTests
{
    private readonly ActivitySource _activities = new("watch");
    private TemporaryFolder _folder = null!;
    private StillMachine _machine = null!;
    private FakeTimeProvider _time = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        _time = new FakeTimeProvider();
        _machine = new StillMachine(_time, new MachineLog(_folder.File("log"), TimeProvider.System));
    }

    [TearDown]
    public void Close()
    {
        _machine.Log.Dispose();
        _folder.Dispose();
    }

    [OneTimeTearDown]
    public void End() => _activities.Dispose();

    [Test]
    public async Task Output_is_kept_logged_and_handed_on_and_reports_are_heard(CancellationToken cancellationToken)
    {
        var handed = new MemoryStream();
        await using var peer = Guest("line one\nline two", """{"number":1,"key":"fraction_done","value":"0.4"},{"number":2,"key":"other","value":"x"},{"number":3,"key":"fraction_done","value":"nonsense"}""");
        var clock = new JobClock(null, _activities, _time);
        var watch = new ProgramWatch(
            new JobLimits(),
            _machine,
            clock,
            output =>
            {
                handed.Write(output.Bytes.Span);
                return default;
            });

        var ended = await watch.RunAsync(peer.Session, Nothing, cancellationToken);

        ended.ExitCode.Should().Be(0);
        Encoding.UTF8.GetString(watch.StandardOutput.Span).Should().Be("line one\nline two");
        handed.ToArray().Should().Equal(watch.StandardOutput.ToArray());
        watch.Messages.Should().HaveCount(3);
        clock.FractionDone.Should().Be(0.4);
        (await File.ReadAllLinesAsync(_folder.File("log"), cancellationToken)).Should().HaveCount(2).And.OnlyContain(static line => line.Contains("\"stdout\"", StringComparison.Ordinal));
    }

    [Test]
    public async Task A_pattern_on_the_output_tells_how_far_it_is(CancellationToken cancellationToken)
    {
        await using var peer = Guest("step 1 of 8\nnothing\rstep 2 of 8\rstep 4 of 8\nstep x of 8", "");
        var clock = new JobClock(null, _activities, _time);
        var watch = new ProgramWatch(new JobLimits(), _machine, clock, null, new FractionDoneSource { OutputPattern = @"step (\d+) of (\d+)" });

        await watch.RunAsync(peer.Session, Nothing, cancellationToken);

        clock.FractionDone.Should().Be(0.5);
    }

    [Test]
    public async Task A_guest_that_sends_more_than_was_asked_for_is_not_believed()
    {
        await using var peer = Guest(new string('x', 3_000_000), "");
        var watch = new ProgramWatch(new JobLimits(), _machine, new JobClock(null, _activities, _time), null);

        var failure = (await FluentActions.Awaiting(() => watch.RunAsync(peer.Session, Nothing, CancellationToken.None)).Should().ThrowAsync<SessionException>()).Which;

        failure.Code.Should().Be(SandboxErrorCode.SessionProtocol);
        watch.StandardOutput.Length.Should().Be(0);
    }

    [TestCase(0)]
    [TestCase(5)]
    public async Task A_guest_that_sends_more_than_it_promised_fills_no_memory(int limit)
    {
        await using var peer = Guest(new string('x', 1_000_000), "");
        var watch = new ProgramWatch(new JobLimits { StandardOutputBytes = limit }, _machine, new JobClock(null, _activities, _time), null);

        await watch.RunAsync(peer.Session, Nothing, CancellationToken.None);

        watch.StandardOutput.Length.Should().Be(limit);
    }

    [Test]
    public async Task Only_the_last_messages_are_kept(CancellationToken cancellationToken)
    {
        await using var peer = Guest("", string.Join(',', Enumerable.Range(1, 1500).Select(static number => $$"""{"number":{{number}},"key":"k","value":"v"}""")));
        var watch = new ProgramWatch(new JobLimits(), _machine, new JobClock(null, _activities, _time), null);

        await watch.RunAsync(peer.Session, Nothing, cancellationToken);

        watch.Messages.Should().HaveCount(ProtocolLimits.MaxMessagesKept);
        watch.Messages[^1].Number.Should().Be(1500);
    }

    [Test]
    public async Task Large_messages_fill_no_more_memory_than_small_ones(CancellationToken cancellationToken)
    {
        var value = new string('v', ProtocolLimits.MaxMessageBytes);
        await using var peer = new ScriptedDaemonPeer(async guest =>
        {
            while (await guest.HearAsync() is { } request)
            {
                var after = request.Line.Split("after=") is [_, var rest] ? int.Parse(rest.Split(' ')[0], CultureInfo.InvariantCulture) : (int?)null;
                var messages = Enumerable.Range(1, 100).Where(number => number > after).Take(10).Select(number => $$"""{"number":{{number}},"key":"k","value":"{{value}}"}""");
                await guest.AnswerAsync(after is null ? """{"state":"Exited","exitCode":0,"lastMessage":100}""" : $"{{\"messages\":[{string.Join(',', messages)}]}}");
            }
        });
        var watch = new ProgramWatch(new JobLimits(), _machine, new JobClock(null, _activities, _time), null);

        await watch.RunAsync(peer.Session, Nothing, cancellationToken);

        watch.Messages.Sum(static message => message.Value.Length).Should().Be(ProtocolLimits.MaxMessageCharactersKept);
        watch.Messages[^1].Number.Should().Be(100);
    }

    [TestCase(JobLimit.CpuTime, 10, 11, "10 s CPU time")]
    [TestCase(JobLimit.WallTime, 10, 11, "10 s wall time")]
    [TestCase(JobLimit.Disk, 20_000_000, 21_000_000, "20000000 bytes on the disk")]
    public async Task A_program_that_passes_a_limit_is_given_up_and_the_measured_value_told(JobLimit kind, double limit, double measured, string sentence)
    {
        var follows = new TaskCompletionSource();
        await using var peer = new ScriptedDaemonPeer(async guest =>
        {
            while (await guest.HearAsync() is not null)
            {
                if (follows.Task.IsCompleted)
                {
                    await guest.UntilTheHostGoesAsync();
                }

                await guest.AnswerAsync("""{"state":"Running"}""");
                follows.TrySetResult();
            }
        });
        var limits = kind switch
        {
            JobLimit.CpuTime => new JobLimits { CpuTime = TimeSpan.FromSeconds(limit) },
            JobLimit.WallTime => new JobLimits { WallTime = TimeSpan.FromSeconds(limit) },
            _ => new JobLimits { DiskBytes = (long)limit },
        };
        var watch = new ProgramWatch(limits, _machine, new JobClock(null, _activities, _time), null);
        var running = watch.RunAsync(peer.Session, Nothing, CancellationToken.None);
        await follows.Task;
        for (var second = 0; second < 11 && !running.IsCompleted; second++)
        {
            _machine.CpuTime += TimeSpan.FromSeconds(kind == JobLimit.CpuTime ? 1 : 0);
            _machine.DiskBytes = kind == JobLimit.Disk ? (long)measured : 0;
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var failure = (await running.Awaiting(static task => task).Should().ThrowAsync<JobException>()).Which;
        (failure.Code, failure.Step).Should().Be((SandboxErrorCode.JobLimitExceeded, "job.run"));
        failure.Message.Should().Contain(sentence);
        failure.PassedLimit.Should().Be(new PassedLimit(kind, limit, measured));
    }

    [Test]
    public async Task A_progress_that_throws_at_what_the_file_says_ends_the_job_as_any_other_would(CancellationToken cancellationToken)
    {
        await using var peer = new ScriptedDaemonPeer(static async guest =>
        {
            while (await guest.HearAsync() is { } request)
            {
                await guest.AnswerAsync(request.Line.Contains("/v1/files", StringComparison.Ordinal) ? "0.5\n" : """{"state":"Running"}""");
            }
        });
        var watch = new ProgramWatch(new JobLimits(), _machine, new JobClock(new Full(), _activities, _time), null, new FractionDoneSource { File = "done" });
        var running = watch.RunAsync(peer.Session, Nothing, cancellationToken);

        _time.Advance(TimeSpan.FromSeconds(2));

        (await running.Awaiting(static task => task).Should().ThrowAsync<InvalidDataException>()).WithMessage("full");
    }

    private static ScriptedDaemonPeer Guest(string output, string messages) => new(async guest =>
    {
        var count = messages.Length == 0 ? 0 : messages.Split("\"number\"").Length - 1;
        while (await guest.HearAsync() is { } request)
        {
            await guest.AnswerAsync(request.Line switch
            {
                _ when request.Line.Contains("/v1/task/stdout", StringComparison.Ordinal) => output,
                _ when request.Line.Contains("/v1/messages/host?after=0 ", StringComparison.Ordinal) => $"{{\"messages\":[{messages}]}}",
                _ when request.Line.Contains("/v1/messages/host", StringComparison.Ordinal) => """{"messages":[]}""",
                _ => string.Create(CultureInfo.InvariantCulture, $"{{\"state\":\"Exited\",\"exitCode\":0,\"stdoutLength\":{output.Length},\"lastMessage\":{count}}}"),
            });
        }
    });

    private static Task Nothing() => Task.CompletedTask;

    private sealed class Full : IProgress<JobProgress>
    {
        public void Report(JobProgress value) => throw new InvalidDataException("full");
    }

    /// <summary>A machine of which a watch needs to know only its log and its CPU time.</summary>
    private sealed class StillMachine(TimeProvider time, MachineLog log) : IRunningMachine
    {
        public MachineLog Log => log;

        public TimeSpan CpuTime { get; set; }

        public long DiskBytes { get; set; }

        public IGuestLink Link => throw new NotSupportedException();

        public TimeProvider Time => time;

        public CancellationToken Ended => CancellationToken.None;

        public Task<MachineEnd> DescribeEndAsync() => throw new NotSupportedException();
    }
}
