using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Sessions;

/// <summary>The ten task verbs, each doing what its name says.</summary>
[CancelAfter(180_000)]
public sealed class VerbTests : GuestFixture
{
    [Test]
    [Category("AlsoAsRoot")]
    public async Task All_ten_verbs_work_one_after_the_other(CancellationToken cancellationToken)
    {
        await Session.MakeDirectoryAsync("in/deep", cancellationToken);
        await Session.PutTextAsync("in/deep/words", "to be\nor not\n", cancellationToken: cancellationToken);
        (await Session.NamesAsync("in", cancellationToken)).Should().Equal("deep");
        await Session.StartAsync(SessionPhrases.Shell("cat in/deep/words > out; msg_to_host read $(wc -l < out); until [ -n \"$(ls $VMSANDBOX_INBOX)\" ]; do usleep 20000; done; cat $VMSANDBOX_INBOX/*"), cancellationToken: cancellationToken);
        (await Session.PingAsync(cancellationToken)).Task.Should().Be(GuestTaskState.Running);
        await Session.MessageToGuestAsync("go_on", "that is the question"u8.ToArray(), cancellationToken);
        var end = await Session.FollowToEndAsync(cancellationToken);
        (await Session.StopAsync(cancellationToken: cancellationToken)).State.Should().Be(GuestTaskState.Exited);
        (await Session.MessagesToHostAsync(cancellationToken: cancellationToken)).Should().Equal(new GuestMessage(1, "read", "2"));
        (await Session.GetTextAsync("out", cancellationToken)).Should().Be("to be\nor not\n");
        await Session.DeleteAsync("in", recursive: true, cancellationToken);

        end.ExitCode.Should().Be(0);
        end.Output.Should().Be("that is the question");
        (await Session.NamesAsync(".", cancellationToken)).Should().Equal("out");
    }

    [Test]
    public async Task A_ping_tells_version_uptime_and_the_state_of_the_task(CancellationToken cancellationToken)
    {
        var before = await Session.PingAsync(cancellationToken);
        await Session.ShellAsync("true", cancellationToken);
        var after = await Session.PingAsync(cancellationToken);

        before.Protocol.Should().Be(ProtocolVersion.Current);
        before.Daemon.Should().MatchRegex(@"^\d+\.\d+\.\d+$");
        before.Task.Should().Be(GuestTaskState.None);
        after.Task.Should().Be(GuestTaskState.Exited);
        after.UptimeMs.Should().BeGreaterThanOrEqualTo(before.UptimeMs).And.BePositive();
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(65_536)]
    [TestCase(131_071)]
    [TestCase(131_072)]
    [TestCase(131_073)]
    [TestCase(3_000_001)]
    public async Task A_file_comes_back_as_it_was_put(int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);

        await Session.PutBytesAsync("file", bytes, cancellationToken);

        (await Session.ListAllAsync(".", cancellationToken)).Should().ContainSingle().Which.Length.Should().Be(length);
        (await Session.GetBytesAsync("file", cancellationToken)).Should().Equal(bytes);
    }

    [Test]
    public async Task A_put_makes_parents_and_replaces_an_old_file_whole(CancellationToken cancellationToken)
    {
        await Session.PutTextAsync("a/b/c/file", "a long old content", cancellationToken: cancellationToken);
        await Session.PutTextAsync("a/b/c/file", "new", cancellationToken: cancellationToken);

        (await Session.GetTextAsync("a/b/c/file", cancellationToken)).Should().Be("new");
        (await Session.NamesAsync("a/b/c", cancellationToken)).Should().Equal("file");
    }

    [Test]
    public async Task What_was_put_belongs_to_the_task_and_runs_only_if_it_was_put_as_a_program(CancellationToken cancellationToken)
    {
        await Session.PutTextAsync("tool", "#!/bin/sh\necho \"$1\" $(stat -c '%U %a' tool data made)\n", executable: true, cancellationToken: cancellationToken);
        await Session.PutTextAsync("data", "#!/bin/sh\n", cancellationToken: cancellationToken);
        await Session.MakeDirectoryAsync("made", cancellationToken);

        var ran = await Session.RunAsync(new TaskStartRequest { TaskId = "1", Program = "tool", Arguments = ["argument"] }, cancellationToken);
        var refused = async () => await Session.StartAsync(new TaskStartRequest { TaskId = "2", Program = "data" }, cancellationToken: cancellationToken);

        ran.Output.Should().Be("argument task 755 task 644 task 750\n");
        (await refused.Should().ThrowAsync<SessionException>()).Which.GuestError.Should().Be(GuestErrorCode.StartRefused);
    }

    [TestCase(8)]
    [TestCase(30, Category = "Long")]
    public async Task A_program_runs_at_once_after_it_was_put(int times, CancellationToken cancellationToken)
    {
        // A program that is still open for writing is "text file busy".
        for (var i = 0; i < times; i++)
        {
            await Session.PutTextAsync("tool", $"#!/bin/sh\nexit {i}\n", executable: true, cancellationToken: cancellationToken);
            (await Session.RunAsync(new TaskStartRequest { TaskId = $"{i}", Program = "tool" }, cancellationToken)).ExitCode.Should().Be(i);
        }
    }

    [Test]
    public async Task A_listing_tells_kind_length_mode_and_time_of_each_entry(CancellationToken cancellationToken)
    {
        var made = await Session.ShellAsync("printf 12345 > file; chmod 640 file; mkdir folder; ln -s /etc/passwd link; mkfifo pipe; touch -d '2001-02-03 04:05:06' file", cancellationToken);
        made.Errors.Should().BeEmpty();

        var entries = await Session.ListAllAsync(".", cancellationToken);

        entries.Should().HaveCount(4);
        entries.Single(static entry => entry.Name == "file").Should().Be(new GuestEntry("file", GuestEntryKind.File, 5, Octal("640"), new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero).ToUnixTimeMilliseconds()));
        entries.Single(static entry => entry.Name == "folder").Kind.Should().Be(GuestEntryKind.Directory);
        entries.Single(static entry => entry.Name == "link").Should().BeEquivalentTo(new { Kind = GuestEntryKind.Link, Length = 0L });
        entries.Single(static entry => entry.Name == "pipe").Kind.Should().Be(GuestEntryKind.Other);
    }

    [Test]
    public async Task Making_a_directory_twice_is_no_failure(CancellationToken cancellationToken)
    {
        await Session.MakeDirectoryAsync("a/b", cancellationToken);
        await Session.MakeDirectoryAsync("a/b", cancellationToken);
        await Session.MakeDirectoryAsync(".", cancellationToken);

        (await Session.NamesAsync("a", cancellationToken)).Should().Equal("b");
    }

    [Test]
    public async Task Each_refusal_says_why_and_the_session_goes_on(CancellationToken cancellationToken)
    {
        await Session.PutTextAsync("file", "x", cancellationToken: cancellationToken);
        await Session.PutTextAsync("folder/inner", "x", cancellationToken: cancellationToken);

        await RefusesAsync(GuestErrorCode.NotFound, () => Session.GetBytesAsync("missing", cancellationToken));
        await RefusesAsync(GuestErrorCode.NotFound, () => Session.GetBytesAsync("missing/file", cancellationToken));
        await RefusesAsync(GuestErrorCode.NotFound, () => Session.DeleteAsync("missing", cancellationToken: cancellationToken));
        await RefusesAsync(GuestErrorCode.NotFound, () => Session.ListAllAsync("missing", cancellationToken));
        await RefusesAsync(GuestErrorCode.PathRefused, () => Session.GetBytesAsync("folder", cancellationToken));
        await RefusesAsync(GuestErrorCode.Conflict, () => Session.ListAllAsync("file", cancellationToken));
        await RefusesAsync(GuestErrorCode.Conflict, () => Session.MakeDirectoryAsync("file", cancellationToken));
        await RefusesAsync(GuestErrorCode.Conflict, () => Session.PutTextAsync("file/inner", "x", cancellationToken: cancellationToken));
        await RefusesAsync(GuestErrorCode.Conflict, () => Session.PutTextAsync("folder", "x", cancellationToken: cancellationToken));
        await RefusesAsync(GuestErrorCode.Conflict, () => Session.DeleteAsync("folder", cancellationToken: cancellationToken));
        await RefusesAsync(GuestErrorCode.BadRequest, () => Session.DeleteAsync(".", cancellationToken: cancellationToken));

        (await Session.NamesAsync(".", cancellationToken)).Should().Equal("file", "folder");
        (await Session.NamesAsync("folder", cancellationToken)).Should().Equal("inner");
    }

    private static int Octal(string text) => Convert.ToInt32(text, 8);

    private async Task RefusesAsync(GuestErrorCode code, Func<Task> verb)
    {
        var thrown = (await verb.Should().ThrowAsync<SessionException>()).Which;
        thrown.GuestError.Should().Be(code, thrown.Message);
        thrown.Machine.Should().Be(Machine.ToString());
    }
}
