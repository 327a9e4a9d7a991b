using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.Tests.Sessions.Http;

/// <summary>Lines that break, and machines that end, in the middle of a conversation.</summary>
[CancelAfter(120_000)]
public sealed class BrokenLineTests
{
    private const string Pong = """{"protocol":1,"daemon":"0.1.0","uptimeMs":5,"task":"None"}""";

    [Test]
    public async Task A_repeatable_request_is_tried_again_when_its_line_broke(CancellationToken cancellationToken)
    {
        var breaks = 2;
        await using var peer = new ScriptedDaemonPeer(async guest =>
        {
            await guest.HearAsync();
            if (Interlocked.Decrement(ref breaks) >= 0)
            {
                guest.Break();
                return;
            }

            await guest.AnswerAsync(Pong);
            await guest.UntilTheHostGoesAsync();
        });

        (await peer.Session.PingAsync(cancellationToken)).Daemon.Should().Be("0.1.0");
        peer.Connections.Should().Be(3);
    }

    [Test]
    public async Task A_line_that_breaks_always_is_told_as_broken(CancellationToken cancellationToken)
    {
        await using var peer = new ScriptedDaemonPeer(static async guest =>
        {
            await guest.HearAsync();
            guest.Break();
        });

        var failure = (await peer.Session.Awaiting(session => session.PingAsync(cancellationToken)).Should().ThrowAsync<SessionException>()).Which;
        (failure.Code, failure.IsTransient, failure.Machine).Should().Be((SandboxErrorCode.SessionDisconnected, true, "0123456789ab"));
        peer.Connections.Should().Be(3, "it is tried twice more");
    }

    [Test]
    public async Task A_machine_that_ends_wakes_who_waits(CancellationToken cancellationToken)
    {
        var heard = new TaskCompletionSource();
        await using var peer = new ScriptedDaemonPeer(async guest =>
        {
            await guest.HearAsync();
            heard.TrySetResult();
            await guest.UntilTheHostGoesAsync();
        });
        var asking = peer.Session.PingAsync(cancellationToken);
        await heard.Task.WaitAsync(cancellationToken);
        peer.EndMachine();

        (await asking.Awaiting(static task => task).Should().ThrowAsync<SessionException>()).Which.Code.Should().Be(SandboxErrorCode.MachineEnded);
    }

    [Test]
    public async Task A_machine_that_ends_just_after_its_line_broke_is_the_cause(CancellationToken cancellationToken)
    {
        ScriptedDaemonPeer? machine = null;
        await using var peer = machine = new ScriptedDaemonPeer(async guest =>
        {
            await guest.HearAsync();
            guest.Break();
            await Task.Yield();
            machine!.EndMachine();
        });

        (await peer.Session.Awaiting(session => session.PingAsync(cancellationToken)).Should().ThrowAsync<SessionException>()).Which.Code.Should().Be(SandboxErrorCode.MachineEnded);
    }

    [Test]
    public async Task A_caller_who_gives_up_gets_its_own_cancellation_and_a_late_answer_is_nobody_s(CancellationToken cancellationToken)
    {
        var heard = new TaskCompletionSource();
        var late = new TaskCompletionSource();
        await using var peer = new ScriptedDaemonPeer(async guest =>
        {
            while (await guest.HearAsync() is not null)
            {
                if (heard.TrySetResult())
                {
                    await late.Task;
                    await guest.AnswerAsync("""{"protocol":1,"daemon":"late","uptimeMs":5,"task":"None"}""");
                    continue;
                }

                await guest.AnswerAsync(Pong);
            }
        });
        using var caller = new CancellationTokenSource();
        var given = peer.Session.PingAsync(caller.Token);
        await heard.Task.WaitAsync(cancellationToken);
        await caller.CancelAsync();
        (await given.Awaiting(static task => task).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.IsCancellationRequested.Should().BeTrue();
        late.SetResult();

        (await peer.Session.PingAsync(cancellationToken)).Daemon.Should().Be("0.1.0");
    }

    [TestCase("another epoch", Description = "two daemons fight over the port")]
    [TestCase("no frame")]
    [TestCase("a wrong end")]
    [TestCase("a frame of 4 GiB")]
    public async Task What_breaks_the_framing_ends_the_line(string what)
    {
        await using var peer = new ScriptedDaemonPeer(async guest =>
        {
            await guest.HearAsync();
            var answer = Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nX-VmSandbox-Protocol: 3\r\nContent-Length: {Pong.Length}\r\n\r\n{Pong}");
            await guest.SendRawAsync(what switch
            {
                "no frame" => answer,
                "a wrong end" => guest.Frame(answer, trailer: 0),
                "a frame of 4 GiB" => guest.Frame(answer, length: -1),
                _ => DaemonConversation.Frame(answer, 0x12345678),
            });
            await guest.UntilTheHostGoesAsync();
        });

        (await peer.Session.Awaiting(static session => session.PingAsync(CancellationToken.None)).Should().ThrowAsync<SessionException>()).Which.Code.Should().Be(SandboxErrorCode.SessionProtocol);
    }

    [Test]
    public async Task Requests_of_different_kinds_do_not_wait_for_each_other(CancellationToken cancellationToken)
    {
        var stuck = new TaskCompletionSource();
        await using var peer = new ScriptedDaemonPeer(async guest =>
        {
            while (await guest.HearAsync() is { } request)
            {
                if (request.Line.StartsWith("GET /v1/files", StringComparison.Ordinal))
                {
                    stuck.TrySetResult();
                    await guest.UntilTheHostGoesAsync();
                }

                await guest.AnswerAsync(Pong);
            }
        });
        using var caller = new CancellationTokenSource();
        var transfers = Enumerable.Range(0, 10).Select(_ => peer.Session.GetAsync("large", Stream.Null, null, null, caller.Token)).ToList();
        await stuck.Task.WaitAsync(cancellationToken);

        await peer.Session.PingAsync(cancellationToken);

        await caller.CancelAsync();
        foreach (var transfer in transfers)
        {
            await transfer.Awaiting(static task => task).Should().ThrowAsync<OperationCanceledException>();
        }

        peer.Connections.Should().BeLessThanOrEqualTo(ChannelPorts.Data.Count + ChannelPorts.Control.Count);
    }
}
