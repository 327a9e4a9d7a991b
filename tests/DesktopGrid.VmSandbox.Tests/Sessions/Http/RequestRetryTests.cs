using System.Collections.Concurrent;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.Tests.Sessions.Http;

/// <summary>
/// Which requests are sent again when their line broke: those that do twice what they do once. The guest is a scripted one, since the real
/// daemon's lines cannot be made to break at a certain word. Each test has a guest of its own, and most of their time they wait.
/// </summary>
[CancelAfter(120_000)]
[Parallelizable(ParallelScope.All)]
public sealed class RequestRetryTests
{
    private const int OnceAndTwiceAgain = 3;

    private static readonly TaskStartRequest Start = new() { TaskId = "t", Program = "/bin/true" };

    /// <summary>Each verb, the beginning of its request, and how often a guest hears it whose line breaks always.</summary>
    private static IEnumerable<TestCaseData> Verbs()
    {
        yield return Verb("ping", "GET /v1/ping", OnceAndTwiceAgain, static (session, token) => session.PingAsync(token));
        yield return Verb("mkdir", "PUT /v1/directories", OnceAndTwiceAgain, static (session, token) => session.MakeDirectoryAsync("folder", token));
        yield return Verb("stop", "DELETE /v1/task", OnceAndTwiceAgain, static (session, token) => session.StopAsync(null, token));
        yield return Verb("task", "GET /v1/task", OnceAndTwiceAgain, static (session, token) => session.GetTaskAsync(token));
        yield return Verb("follow", "GET /v1/task", OnceAndTwiceAgain, static async (session, token) => await session.FollowAsync(default, token).AnyAsync(token));
        yield return Verb("msg_to_host", "GET /v1/messages/host", OnceAndTwiceAgain, static (session, token) => session.MessagesToHostAsync(0, token));
        yield return Verb("start", "POST /v1/task", 1, static (session, token) => session.StartAsync(Start, null, token));
        yield return Verb("start with standard input", "PUT /v1/task/stdin", 1, static (session, token) => session.StartAsync(Start, new MemoryStream([1]), token));
        yield return Verb("msg_to_guest", "POST /v1/messages/guest", 1, static (session, token) => session.MessageToGuestAsync("key", "value"u8.ToArray(), token));
        yield return Verb("msg_to_guest with nothing in it", "POST /v1/messages/guest", 1, static (session, token) => session.MessageToGuestAsync("key", default, token));
        yield return Verb("put", "PUT /v1/files", 1, static (session, token) => session.PutAsync("file", new MemoryStream([1, 2, 3]), false, null, token));
        yield return Verb("get", "GET /v1/files", 1, static (session, token) => session.GetAsync("file", Stream.Null, null, null, token));
        yield return Verb("ls", "GET /v1/directories", 1, static async (session, token) => await session.ListAsync(".", token).AnyAsync(token));
        yield return Verb("delete", "DELETE /v1/files", 1, static (session, token) => session.DeleteAsync("file", false, token));

        static TestCaseData Verb(string name, string line, int times, Func<ISandboxSession, CancellationToken, Task> verb) => new TestCaseData(line, times, verb).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Verbs))]
    public async Task A_request_whose_new_line_breaks_is_sent_again_only_if_that_does_no_harm(string line, int times, Func<ISandboxSession, CancellationToken, Task> verb)
    {
        var heard = new ConcurrentQueue<string>();
        await using var peer = new ScriptedDaemonPeer(async guest =>
        {
            heard.Enqueue((await guest.HearAsync())!.Value.Line);
            guest.Break();
        });

        await FailsAsync(peer, verb, SandboxErrorCode.SessionDisconnected);

        heard.Should().HaveCount(times).And.OnlyContain(said => said.StartsWith(line, StringComparison.Ordinal));
    }

    [TestCaseSource(nameof(Verbs))]
    public async Task A_request_whose_used_line_breaks_is_sent_again_only_if_that_does_no_harm(string line, int times, Func<ISandboxSession, CancellationToken, Task> verb)
    {
        // .NET's own client sends a request without a body again on another connection when one that was used before breaks in silence.
        var heard = new ConcurrentQueue<string>();
        var isWarm = false;
        await using var peer = new ScriptedDaemonPeer(async guest =>
        {
            while (await guest.HearAsync() is { } request)
            {
                if (Volatile.Read(ref isWarm))
                {
                    heard.Enqueue(request.Line);
                    guest.Break();
                    return;
                }

                await guest.AnswerAsync("""{"code":"NotFound","message":"warm"}""", 404);
            }
        });
        // Refused each time, on a line that stays open.
        await FailsAsync(peer, verb, SandboxErrorCode.GuestNotFound);
        Volatile.Write(ref isWarm, true);

        await FailsAsync(peer, verb, SandboxErrorCode.SessionDisconnected);

        heard.Should().OnlyContain(said => said.StartsWith(line, StringComparison.Ordinal));
        heard.Should().HaveCount(times);
    }

    [TestCaseSource(nameof(Verbs))]
    public async Task A_request_that_was_refused_is_not_sent_again(string line, int times, Func<ISandboxSession, CancellationToken, Task> verb)
    {
        var heard = new ConcurrentQueue<string>();
        await using var peer = new ScriptedDaemonPeer(async guest =>
        {
            while (await guest.HearAsync() is { } request)
            {
                heard.Enqueue(request.Line);
                await guest.AnswerAsync("""{"code":"Internal","message":"no"}""", 500);
            }
        });

        await FailsAsync(peer, verb, SandboxErrorCode.GuestRefused);

        heard.Should().ContainSingle().Which.Should().StartWith(line, $"it is repeated up to {times} times for a broken line alone");
    }

    [Test]
    public async Task A_request_that_is_not_answered_in_time_is_not_sent_again()
    {
        var heard = 0;
        await using var peer = new ScriptedDaemonPeer(
            async guest =>
            {
                while (await guest.HearAsync() is not null)
                {
                    Interlocked.Increment(ref heard);
                }
            },
            request: TimeSpan.FromSeconds(1));

        await FailsAsync(peer, static (session, token) => session.PingAsync(token), SandboxErrorCode.SessionTimeout);

        heard.Should().Be(1);
    }

    [Test]
    public async Task A_shutdown_whose_line_breaks_is_said_once_and_taken_for_obeyed(CancellationToken cancellationToken)
    {
        var heard = new ConcurrentQueue<string>();
        await using var peer = new ScriptedDaemonPeer(async guest =>
        {
            heard.Enqueue((await guest.HearAsync())!.Value.Line);
            guest.Break();
        });

        await peer.Link.ShutDownAsync(cancellationToken);

        heard.Should().ContainSingle().Which.Should().StartWith($"POST {Routes.Shutdown}");
    }

    [Test]
    public async Task A_caller_who_gives_up_between_two_attempts_gets_his_cancellation()
    {
        using var caller = new CancellationTokenSource();
        await using var peer = new ScriptedDaemonPeer(async guest =>
        {
            await guest.HearAsync();
            guest.Break();
            await caller.CancelAsync();
        });

        await peer.Session.Awaiting(session => session.PingAsync(caller.Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    private static async Task FailsAsync(ScriptedDaemonPeer peer, Func<ISandboxSession, CancellationToken, Task> verb, SandboxErrorCode code)
    {
        var failure = (await FluentActions.Awaiting(() => verb(peer.Session, CancellationToken.None)).Should().ThrowAsync<SessionException>()).Which;
        failure.Code.Should().Be(code, failure.Message);
    }
}
