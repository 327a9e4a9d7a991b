using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using Microsoft.Extensions.Time.Testing;

namespace DesktopGrid.VmSandbox.Tests.Sessions.Http;

/// <summary>A hostile guest's word about its program.</summary>
[CancelAfter(120_000)]
public sealed class HostileTaskTests
{
    private const string Exited = """{"taskId":"t","state":"Exited","exitCode":3,"stdoutLength":5,"stderrLength":0,"lastMessage":1}""";

    [Test]
    public async Task A_program_is_followed_to_its_end(CancellationToken cancellationToken)
    {
        await using var peer = Guest(static line => line switch
        {
            _ when line.StartsWith("GET /v1/task/stdout", StringComparison.Ordinal) => "hello",
            _ when line.Contains("/v1/messages/host?after=0", StringComparison.Ordinal) => """{"messages":[{"number":1,"key":"fraction_done","value":"0.5"}]}""",
            _ when line.Contains("/v1/messages/host", StringComparison.Ordinal) => """{"messages":[]}""",
            _ => Exited,
        });

        var events = new List<TaskEvent>();
        await foreach (var happened in peer.Session.FollowAsync(default, cancellationToken))
        {
            events.Add(happened);
        }

        events.Should().HaveCount(3);
        events[0].Should().BeOfType<TaskOutput>().Which.Bytes.ToArray().Should().Equal("hello"u8.ToArray());
        events[1].Should().Be(new TaskMessage(new GuestMessage(1, "fraction_done", "0.5")));
        events[2].Should().BeOfType<TaskEnded>().Which.Status.ExitCode.Should().Be(3);
    }

    [TestCase("""{"state":"None"}""", SandboxErrorCode.GuestTaskState)]
    [TestCase("""{"state":99}""", SandboxErrorCode.SessionProtocol)]
    [TestCase("""{"state":"Sleeping"}""", SandboxErrorCode.SessionProtocol)]
    [TestCase("""{"state":"Exited","exitCode":256}""", SandboxErrorCode.SessionProtocol)]
    [TestCase("""{"state":"Exited","exitCode":-1}""", SandboxErrorCode.SessionProtocol)]
    [TestCase("""{"state":"Exited","signal":0}""", SandboxErrorCode.SessionProtocol)]
    [TestCase("""{"state":"Exited","stdoutLength":1000}""", SandboxErrorCode.SessionProtocol, Description = "output that there is not")]
    [TestCase("""{"state":"Exited","stderrLength":9223372036854775807}""", SandboxErrorCode.SessionProtocol)]
    [TestCase("""{"state":"Exited","stdoutLength":1e30}""", SandboxErrorCode.SessionProtocol)]
    public async Task A_state_that_cannot_be_ends_the_following(string status, SandboxErrorCode code)
    {
        await using var peer = Guest(line => line.StartsWith("GET /v1/task/std", StringComparison.Ordinal) ? "" : status);

        (await FollowFailsAsync(peer)).Code.Should().Be(code);
    }

    [TestCase("""{"messages":[{"number":1,"key":"a","value":"b"}]}""", Description = "the same number for ever")]
    [TestCase("""{"messages":[{"number":2,"key":"a","value":"b"},{"number":1,"key":"a","value":"b"}]}""")]
    [TestCase("""{"messages":[{"number":-1,"key":"a","value":"b"}]}""")]
    [TestCase("""{"messages":[{"number":1,"value":"b"}]}""")]
    [TestCase("""{"messages":[{"number":1,"key":"a","value":null}]}""")]
    [TestCase("""{"messages":[{"number":1,"key":"0123456789012345678901234567890123456789012345678901234567890123x","value":""}]}""", Description = "a name longer than any")]
    [TestCase("""{"messages":[null]}""")]
    [TestCase("""{"messages":"many"}""")]
    public async Task Messages_that_are_not_the_protocol_are_refused(string messages)
    {
        await using var peer = Guest(_ => messages);

        (await FailsAsync(peer, static session => session.MessagesToHostAsync())).Code.Should().Be(SandboxErrorCode.SessionProtocol);
    }

    [Test]
    public async Task A_message_that_is_longer_than_any_is_refused()
    {
        var value = new string('v', ProtocolLimits.MaxMessageBytes + 1);
        await using var peer = Guest(_ => $$"""{"messages":[{"number":1,"key":"k","value":"{{value}}"}]}""");

        (await FailsAsync(peer, static session => session.MessagesToHostAsync())).Code.Should().Be(SandboxErrorCode.SessionProtocol);
    }

    [Test]
    public async Task Large_messages_without_end_are_taken_for_as_many_characters_as_a_guest_keeps(CancellationToken cancellationToken)
    {
        var (number, value) = (0, new string('v', ProtocolLimits.MaxMessageBytes));
        await using var peer = Guest(_ => $$"""{"messages":[{"number":{{++number}},"key":"k","value":"{{value}}"}]}""");

        (await peer.Session.MessagesToHostAsync(0, cancellationToken)).Should().HaveCount(ProtocolLimits.MaxMessageCharactersKept / ProtocolLimits.MaxMessageBytes);
    }

    [Test]
    public async Task Messages_without_end_are_taken_once(CancellationToken cancellationToken)
    {
        var number = 0L;
        await using var peer = Guest(_ => Messages(100, ref number));

        (await peer.Session.MessagesToHostAsync(0, cancellationToken)).Should().HaveCount(ProtocolLimits.MaxMessagesKept);
        number.Should().Be(ProtocolLimits.MaxMessagesKept);
    }

    [Test]
    public async Task More_messages_than_a_guest_keeps_are_refused()
    {
        var number = 0L;
        await using var peer = Guest(_ => Messages(3 * ProtocolLimits.MaxMessagesKept, ref number));

        (await FailsAsync(peer, static session => session.MessagesToHostAsync())).Code.Should().Be(SandboxErrorCode.SessionProtocol);
    }

    [Test]
    public async Task A_guest_that_answers_at_once_and_tells_nothing_does_not_keep_the_host_busy(CancellationToken cancellationToken)
    {
        var time = new FakeTimeProvider();
        using var asked = new SemaphoreSlim(0);
        await using var peer = new ScriptedDaemonPeer(
            async guest =>
            {
                while (await guest.HearAsync() is not null)
                {
                    await guest.AnswerAsync("""{"state":"Running"}""");
                    asked.Release();
                }
            },
            time: time);
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var following = FollowAsync(peer.Session, caller.Token);

        // The first look, whose answer may be old, and one more; then the host's clock stands, and the host waits.
        (await asked.WaitAsync(TimeSpan.FromMinutes(1), cancellationToken)).Should().BeTrue();
        (await asked.WaitAsync(TimeSpan.FromMinutes(1), cancellationToken)).Should().BeTrue();
        (await asked.WaitAsync(TimeSpan.FromMilliseconds(200), cancellationToken)).Should().BeFalse("it was told nothing new");
        while (!await asked.WaitAsync(TimeSpan.FromMilliseconds(50), cancellationToken))
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        await caller.CancelAsync();
        await following.Awaiting(static task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Test]
    public async Task A_start_whose_answer_does_not_come_may_have_run_the_program_and_is_not_repeated(CancellationToken cancellationToken)
    {
        var asked = 0;
        await using var peer = new ScriptedDaemonPeer(async guest =>
        {
            await guest.HearAsync();
            Interlocked.Increment(ref asked);
            guest.Break();
        });

        var failure = await FailsAsync(peer, session => session.StartAsync(new TaskStartRequest { TaskId = "t", Program = "/bin/true" }, null, cancellationToken));
        (failure.Code, failure.Fate).Should().Be((SandboxErrorCode.SessionDisconnected, TaskFate.MayHaveRun));
        asked.Should().Be(1);
    }

    [Test]
    public async Task A_start_that_is_refused_never_ran_the_program(CancellationToken cancellationToken)
    {
        await using var peer = new ScriptedDaemonPeer(static async guest =>
        {
            await guest.HearAsync();
            await guest.AnswerAsync("""{"code":"StartRefused","message":"no such program"}""", 422);
            await guest.UntilTheHostGoesAsync();
        });

        var failure = await FailsAsync(peer, session => session.StartAsync(new TaskStartRequest { TaskId = "t", Program = "none" }, null, cancellationToken));
        (failure.Code, failure.Fate).Should().Be((SandboxErrorCode.GuestStartRefused, TaskFate.NeverStarted));
    }

    private static string Messages(int count, ref long number)
    {
        var messages = new List<string>();
        for (var message = 0; message < count; message++)
        {
            messages.Add($"{{\"number\":{++number},\"key\":\"a\",\"value\":\"b\"}}");
        }

        return $"{{\"messages\":[{string.Join(',', messages)}]}}";
    }

    private static ScriptedDaemonPeer Guest(Func<string, string> answer) => new(async guest =>
    {
        while (await guest.HearAsync() is { } request)
        {
            await guest.AnswerAsync(answer(request.Line));
        }
    });

    private static Task<SessionException> FollowFailsAsync(ScriptedDaemonPeer peer) => FailsAsync(peer, static session => FollowAsync(session, CancellationToken.None));

    private static async Task FollowAsync(ISandboxSession session, CancellationToken cancellationToken)
    {
        await foreach (var _ in session.FollowAsync(default, cancellationToken))
        {
        }
    }

    private static async Task<SessionException> FailsAsync(ScriptedDaemonPeer peer, Func<ISandboxSession, Task> verb) =>
        (await peer.Session.Awaiting(verb).Should().ThrowAsync<SessionException>()).Which;
}
