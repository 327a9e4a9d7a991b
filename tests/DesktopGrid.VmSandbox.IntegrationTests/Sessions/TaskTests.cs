using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Sessions;

/// <summary>The execution environment: what a program is given, and what is told of it.</summary>
[CancelAfter(180_000)]
public sealed class TaskTests : GuestFixture
{
    [Test]
    public async Task A_program_gets_its_arguments_unchanged(CancellationToken cancellationToken)
    {
        string[] arguments = ["", "two words", "new\nline", "ümläut", "'", "\"", "$HOME", "*", "-n"];

        var end = await Session.RunAsync(SessionPhrases.Shell("for a; do printf '[%s]' \"$a\"; done") with { Arguments = ["-c", "for a; do printf '[%s]' \"$a\"; done", "name", .. arguments] }, cancellationToken);

        end.Output.Should().Be(string.Concat(arguments.Select(static argument => $"[{argument}]")));
    }

    [Test]
    public async Task A_program_gets_a_small_environment_and_what_was_added_to_it(CancellationToken cancellationToken)
    {
        var end = await Session.RunAsync(
            new TaskStartRequest
            {
                TaskId = "1",
                Program = "/usr/bin/env",
                Environment = new Dictionary<string, string> { ["GREETING"] = "hello = world\nsecond line", ["LANG"] = "de_DE.UTF-8", ["EMPTY"] = "" },
            },
            cancellationToken);

        end.Output.Split('\n').Should().BeEquivalentTo(
            "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME=/work", "TMPDIR=/tmp", "LANG=de_DE.UTF-8", "VMSANDBOX_INBOX=/run/vmsandbox/inbox",
            "VMSANDBOX_MESSAGES=/run/vmsandbox/messages", "GREETING=hello = world", "second line", "EMPTY=", "");
    }

    [Test]
    public async Task A_program_starts_in_the_work_directory_or_in_the_folder_that_was_asked_for(CancellationToken cancellationToken)
    {
        await Session.MakeDirectoryAsync("a/b c", cancellationToken);

        (await Session.ShellAsync("pwd", cancellationToken)).Output.Should().Be("/work\n");
        (await Session.RunAsync(SessionPhrases.Shell("pwd") with { Directory = "a/b c" }, cancellationToken)).Output.Should().Be("/work/a/b c\n");
    }

    [Test]
    public async Task Standard_input_is_what_was_given_and_otherwise_empty(CancellationToken cancellationToken)
    {
        using var content = new GeneratedStream(2_000_000);
        await Session.StartAsync(SessionPhrases.Shell("sha256sum | cut -d' ' -f1"), content, cancellationToken);
        var given = await Session.FollowToEndAsync(cancellationToken);
        var none = await Session.ShellAsync("wc -c", cancellationToken);

        given.Output.Trim().Should().Be(GeneratedStream.HashOf(2_000_000));
        none.Output.Trim().Should().Be("0");
    }

    [TestCase("exit 0", 0, null)]
    [TestCase("exit 7", 7, null)]
    [TestCase("exit 255", 255, null)]
    [TestCase("kill -SEGV $$", null, 11)]
    [TestCase("kill -KILL $$", null, 9)]
    [TestCase("kill -TERM $$", null, 15)]
    [TestCase("sleep 1000 & kill -9 $$", null, 9)]
    public async Task The_end_is_told_as_an_exit_code_or_a_signal(string script, int? exitCode, int? signal, CancellationToken cancellationToken)
    {
        var end = await Session.ShellAsync(script, cancellationToken);

        end.Status.Should().BeEquivalentTo(new { State = GuestTaskState.Exited, ExitCode = exitCode, Signal = signal, Stopped = false });
    }

    [Test]
    public async Task The_end_tells_what_the_program_used(CancellationToken cancellationToken)
    {
        var end = await Session.ShellAsync("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; dd if=/dev/zero of=/dev/null bs=8M count=4", cancellationToken);

        end.Status.UserMs.Should().BePositive();
        end.Status.ElapsedMs.Should().BeGreaterThanOrEqualTo(1);
        end.Status.PeakMemoryBytes.Should().BeGreaterThan(1_000_000);
    }

    [Test]
    [Category("AlsoAsRoot")]
    public async Task Output_and_messages_are_seen_while_the_program_runs(CancellationToken cancellationToken)
    {
        // Each side waits for the other, so what is not seen live is never seen.
        await Session.StartAsync(
            SessionPhrases.Shell("""
                wait_for() { until [ -e "$VMSANDBOX_INBOX"/*-$1 ]; do usleep 10000; done; }
                echo one; wait_for saw_one
                echo two >&2; wait_for saw_two
                msg_to_host fraction_done 0.4; wait_for saw_fraction
                printf three
                """),
            cancellationToken: cancellationToken);
        var seen = new List<string>();
        await foreach (var happened in Session.FollowAsync(default, cancellationToken))
        {
            switch (happened)
            {
                case TaskOutput { IsError: false, Offset: 0 }:
                    seen.Add("one");
                    await Session.MessageToGuestAsync("saw_one", default, cancellationToken);
                    break;
                case TaskOutput { IsError: true } part:
                    seen.Add(Encoding.UTF8.GetString(part.Bytes.Span).Trim());
                    await Session.MessageToGuestAsync("saw_two", default, cancellationToken);
                    break;
                case TaskMessage { Message: var message }:
                    seen.Add($"{message.Key} {message.Value}");
                    await Session.MessageToGuestAsync("saw_fraction", default, cancellationToken);
                    break;
                case TaskOutput part:
                    seen.Add(Encoding.UTF8.GetString(part.Bytes.Span));
                    break;
                case TaskEnded { Status: var status }:
                    seen.Add($"exit {status.ExitCode}");
                    break;
            }
        }

        seen.Should().Equal("one", "two", "fraction_done 0.4", "three", "exit 0");
    }

    [Test]
    public async Task Two_followers_each_see_everything(CancellationToken cancellationToken)
    {
        await Session.StartAsync(SessionPhrases.Shell("i=0; while [ $i -lt 50 ]; do echo $i; echo $i >&2; usleep 10000; i=$((i+1)); done"), cancellationToken: cancellationToken);

        var ends = await Task.WhenAll(Session.FollowToEndAsync(cancellationToken), Session.FollowToEndAsync(cancellationToken));

        var expected = string.Concat(Enumerable.Range(0, 50).Select(static i => $"{i}\n"));
        ends.Should().OnlyContain(end => end.Output == expected && end.Errors == expected);
    }

    [TestCase(0, 0)]
    [TestCase(1000, 1000)]
    [TestCase(100_000, 90_000)]
    public async Task Output_beyond_its_limit_is_counted_and_dropped_and_the_program_goes_on(long limit, long kept, CancellationToken cancellationToken)
    {
        var end = await Session.RunAsync(SessionPhrases.Shell("head -c 90000 /dev/zero | tr '\\0' a; echo after >&2; exit 3") with { OutputBytes = limit }, cancellationToken);

        end.ExitCode.Should().Be(3);
        end.Output.Should().Be(new string('a', (int)kept));
        end.Errors.Should().Be(limit >= 6 ? "after\n" : "");
        end.Status.StdoutLength.Should().Be(kept);
        end.Status.DroppedBytes.Should().Be(90_000 - kept + (limit >= 6 ? 0 : 6));
    }

    [Test]
    public async Task A_program_that_cannot_be_started_is_refused_with_the_reason(CancellationToken cancellationToken)
    {
        await Session.PutTextAsync("empty", "", executable: true, cancellationToken: cancellationToken);
        await Session.PutTextAsync("garbage", "\u007fELF and nothing behind it", executable: true, cancellationToken: cancellationToken);
        await Session.PutTextAsync("no_interpreter", "#!/usr/bin/perl\n", executable: true, cancellationToken: cancellationToken);
        await Session.MakeDirectoryAsync("folder", cancellationToken);

        foreach (var program in (string[])["missing", "/missing", "garbage", "empty", "no_interpreter", "folder", "/var/lib/vmsandbox/stdout"])
        {
            await RefusedAsync(SandboxErrorCode.GuestStartRefused, new TaskStartRequest { TaskId = "1", Program = program }, cancellationToken);
        }

        await RefusedAsync(SandboxErrorCode.GuestStartRefused, SessionPhrases.Shell("true") with { Directory = "missing" }, cancellationToken);
        await RefusedAsync(SandboxErrorCode.GuestPathRefused, SessionPhrases.Shell("true") with { Directory = "../etc" }, cancellationToken);
        await RefusedAsync(SandboxErrorCode.GuestPathRefused, new TaskStartRequest { TaskId = "1", Program = "../bin/sh" }, cancellationToken);
        await RefusedAsync(SandboxErrorCode.GuestPathRefused, new TaskStartRequest { TaskId = "1", Program = "" }, cancellationToken);
        (await Session.GetTaskAsync(cancellationToken)).State.Should().Be(GuestTaskState.None);
    }

    [Test]
    public async Task A_start_request_without_measure_is_refused_and_a_large_one_runs(CancellationToken cancellationToken)
    {
        // Umlauts: six bytes each in the request's JSON, two in the program's memory. The kernel takes 128 KiB in one argument.
        var large = Enumerable.Repeat(new string('ä', 50_000), 10).ToArray();
        var end = await Session.RunAsync(SessionPhrases.Shell("") with { Arguments = ["-c", "echo $# ${#1} $(printf %s \"$*\" | wc -c)", "name", .. large] }, cancellationToken);
        end.Output.Should().Be($"10 50000 {10 * 100_000 + 9}\n", end.Errors);

        await RefusedAsync(SandboxErrorCode.GuestTooLarge, SessionPhrases.Shell("true") with { Arguments = [.. Enumerable.Repeat(new string('x', 100_000), 11)] }, cancellationToken);
        await RefusedAsync(SandboxErrorCode.GuestTooLarge, SessionPhrases.Shell("true") with { Environment = new Dictionary<string, string> { ["A"] = new('x', 1_100_000) } }, cancellationToken);
        await RefusedAsync(SandboxErrorCode.GuestTooLarge, SessionPhrases.Shell(new string('x', 20_000_000)), cancellationToken);
        await RefusedAsync(SandboxErrorCode.GuestStartRefused, SessionPhrases.Shell(new string(' ', 200_000)), cancellationToken);
        await RefusedAsync(SandboxErrorCode.GuestRefused, SessionPhrases.Shell("a\0b"), cancellationToken);
        await RefusedAsync(SandboxErrorCode.GuestRefused, SessionPhrases.Shell("true") with { OutputBytes = -1 }, cancellationToken);
        foreach (var (name, value) in ((string, string)[])[("", "x"), ("A=B", "x"), ("A\0", "x"), ("A", "x\0")])
        {
            await RefusedAsync(SandboxErrorCode.GuestRefused, SessionPhrases.Shell("true") with { Environment = new Dictionary<string, string> { [name] = value } }, cancellationToken);
        }

        await RefusedAsync(SandboxErrorCode.GuestRefused, SessionPhrases.Shell("true") with { Arguments = [null!] }, cancellationToken);
    }

    [Test]
    public async Task One_program_runs_at_a_time_and_its_work_directory_is_not_emptied_under_it(CancellationToken cancellationToken)
    {
        await Session.StartAsync(SessionPhrases.Shell("echo here > file; sleep 1000") with { TaskId = "the first" }, cancellationToken: cancellationToken);

        await RefusedAsync(SandboxErrorCode.GuestTaskState, SessionPhrases.Shell("true"), cancellationToken);
        var empty = () => Session.DeleteAsync(".", recursive: true, cancellationToken);
        (await empty.Should().ThrowAsync<SessionException>()).Which.Code.Should().Be(SandboxErrorCode.GuestTaskState);

        (await Session.GetTaskAsync(cancellationToken)).Should().BeEquivalentTo(new { TaskId = "the first", State = GuestTaskState.Running });
        (await Session.StopAsync(TimeSpan.Zero, cancellationToken)).Should().BeEquivalentTo(new { TaskId = "the first", State = GuestTaskState.Exited, Signal = 9, Stopped = true });
    }

    [Test]
    public async Task Many_starts_at_once_let_exactly_one_through(CancellationToken cancellationToken)
    {
        var starts = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            try
            {
                await Session.StartAsync(SessionPhrases.Shell("sleep 1000") with { TaskId = $"{i}" }, cancellationToken: cancellationToken);
                return $"{i}";
            }
            catch (SessionException e) when (e.Code == SandboxErrorCode.GuestTaskState)
            {
                return null;
            }
        }));

        starts.OfType<string>().Should().ContainSingle().Which.Should().Be((await Session.GetTaskAsync(cancellationToken)).TaskId);
    }

    [Test]
    public async Task Emptying_the_work_directory_forgets_the_program_and_all_that_it_left(CancellationToken cancellationToken)
    {
        await Session.MessageToGuestAsync("old", default, cancellationToken);
        await Session.ShellAsync("echo out; echo err >&2; msg_to_host key value; mkdir -p a/b; echo > a/b/c; echo > /tmp/t; mkdir /tmp/d; echo > /dev/shm/s", cancellationToken);

        await Session.DeleteAsync(".", recursive: true, cancellationToken);

        (await Session.GetTaskAsync(cancellationToken)).Should().Be(new GuestTaskStatus());
        (await Session.MessagesToHostAsync(cancellationToken: cancellationToken)).Should().BeEmpty();
        var follow = () => Session.FollowToEndAsync(cancellationToken);
        (await follow.Should().ThrowAsync<SessionException>()).Which.Code.Should().Be(SandboxErrorCode.GuestTaskState);
        (await Session.ShellAsync("ls -A /work /tmp /dev/shm /dev/mqueue $VMSANDBOX_INBOX | grep -v :; find / -xdev -user task ! -path /work ! -path '/proc/*' 2>/dev/null", cancellationToken)).Output.Trim().Should().BeEmpty();
    }

    [Test]
    public async Task Stopping_nothing_tells_that_there_is_nothing_and_stopping_what_has_ended_tells_its_end(CancellationToken cancellationToken)
    {
        (await Session.StopAsync(cancellationToken: cancellationToken)).State.Should().Be(GuestTaskState.None);
        await Session.ShellAsync("exit 5", cancellationToken);
        (await Session.StopAsync(cancellationToken: cancellationToken)).Should().BeEquivalentTo(new { State = GuestTaskState.Exited, ExitCode = 5, Stopped = false });
    }

    [TestCase(10)]
    [TestCase(40, Category = "Long")]
    public async Task A_stop_in_the_moment_of_the_end_leaves_an_end_and_not_a_ghost_that_runs(int moments, CancellationToken cancellationToken)
    {
        for (var i = 0; i < moments; i++)
        {
            await Session.StartAsync(SessionPhrases.Shell($"usleep {i * 20_000 / moments}"), cancellationToken: cancellationToken);
            var stops = await Task.WhenAll(Session.StopAsync(TimeSpan.Zero, cancellationToken), Session.StopAsync(TimeSpan.FromSeconds(1), cancellationToken));
            stops.Should().OnlyContain(static status => status.State == GuestTaskState.Exited);
        }
    }

    private async Task RefusedAsync(SandboxErrorCode code, TaskStartRequest start, CancellationToken cancellationToken)
    {
        var thrown = await ((Func<Task>)(() => Session.StartAsync(start, cancellationToken: cancellationToken))).Should().ThrowAsync<SessionException>($"{start.Program} {start.Directory} must be refused");
        thrown.Which.Code.Should().Be(code, thrown.Which.Message);
        thrown.Which.Fate.Should().Be(TaskFate.NeverStarted);
    }
}
