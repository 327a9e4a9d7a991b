using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qmp;
using DesktopGrid.VmSandbox.Qmp.Commands;
using Microsoft.Extensions.Time.Testing;

namespace DesktopGrid.VmSandbox.Tests.Qmp;

[CancelAfter(60_000)]
public sealed class QmpHandshakeTests : QmpFixture
{
    [Test]
    public async Task The_greeting_tells_the_version(CancellationToken cancellationToken)
    {
        await using var client = await Peer.GreetAsync(cancellationToken);

        client.Version.Should().Be(new Version(7, 2, 22));
    }

    [Test]
    public async Task An_event_between_greeting_and_answer_does_no_harm(CancellationToken cancellationToken)
    {
        var connecting = Peer.OpenAsync(cancellationToken);
        await Peer.SayAsync(ScriptedQmpPeer.Greeting);
        await Peer.HearAsync(cancellationToken);
        await Peer.SayAsync("""{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 0}}""");
        await Peer.SayAsync("""{"return": {}, "id": 0}""");

        await using var client = await connecting;
        var asking = client.ExecuteAsync(RunStateCommands.Continue, cancellationToken);
        var (_, id) = await Peer.HearAsync(cancellationToken);
        await Peer.SayAsync($$$"""{"return": {}, "id": {{{id}}}}""");
        await asking.Invoking(static task => task).Should().NotThrowAsync();
    }

    [Test]
    public async Task An_event_before_the_greeting_does_no_harm(CancellationToken cancellationToken)
    {
        var connecting = Peer.OpenAsync(cancellationToken);
        await Peer.SayAsync("""{"event": "RESUME", "timestamp": {"seconds": 1, "microseconds": 0}}""");
        await Peer.SayAsync(ScriptedQmpPeer.Greeting);
        await Peer.HearAsync(cancellationToken);
        await Peer.SayAsync("""{"return": {}, "id": 0}""");

        await using var client = await connecting;
        client.Version.Should().Be(new Version(7, 2, 22));
    }

    [TestCase("""{"return": {}, "id": 1}""", "did not begin with its greeting")]
    [TestCase("""{"QMP": {}}""", "no QMP")]
    [TestCase("""{"QMP": {"version": {"qemu": {"major": "seven"}}}}""", "no readable version")]
    [TestCase("""{"QMP": {"version": {"qemu": {"major": -7, "minor": 2, "micro": 0}}}}""", "no readable version")]
    [TestCase("""{"QMP": {"version": []}}""", "no readable version")]
    [TestCase("SSH-2.0-OpenSSH_9.2", "no QMP")]
    [TestCase("[]", "no QMP")]
    public async Task What_is_no_greeting_is_refused(string line, string fault, CancellationToken cancellationToken)
    {
        var connecting = Peer.OpenAsync(cancellationToken);
        await Peer.SayAsync(line);

        var failure = (await connecting.Invoking(static task => task).Should().ThrowAsync<QmpException>()).Which;
        failure.Code.Should().Be(SandboxErrorCode.MonitorProtocol);
        failure.Message.Should().Contain(fault);
        (await Peer.HearsTheEndAsync(cancellationToken)).Should().BeTrue("who fails to connect keeps nothing open");
    }

    [Test]
    public async Task A_refused_handshake_tells_why(CancellationToken cancellationToken)
    {
        var connecting = Peer.OpenAsync(cancellationToken);
        await Peer.SayAsync(ScriptedQmpPeer.Greeting);
        await Peer.HearAsync(cancellationToken);
        await Peer.SayAsync("""{"error": {"class": "GenericError", "desc": "one client is enough"}, "id": 0}""");

        (await connecting.Invoking(static task => task).Should().ThrowAsync<QmpException>()).Which.Message.Should().Contain("one client is enough");
    }

    [TestCase("")]
    [TestCase("{\"QMP\": {\"ver")]
    public async Task A_QEMU_that_dies_while_it_greets_is_told_as_gone(string begun, CancellationToken cancellationToken)
    {
        var connecting = Peer.OpenAsync(cancellationToken);
        await Peer.SendAsync(System.Text.Encoding.UTF8.GetBytes(begun));
        Peer.Close();

        (await connecting.Invoking(static task => task).Should().ThrowAsync<QmpException>()).Which.Code.Should().BeOneOf(SandboxErrorCode.MonitorDisconnected, SandboxErrorCode.MonitorProtocol);
    }

    [Test]
    public async Task A_QEMU_that_never_greets_is_given_up_at_the_bound(CancellationToken cancellationToken)
    {
        var time = new FakeTimeProvider();
        var stream = await Peer.ConnectAsync(cancellationToken);
        var connecting = QmpClient.ConnectAsync(stream, new QmpOptions(), time, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, cancellationToken);
        time.Advance(TimeSpan.FromSeconds(9));
        connecting.IsCompleted.Should().BeFalse();

        time.Advance(TimeSpan.FromSeconds(1));

        var failure = (await connecting.Invoking(static task => task).Should().ThrowAsync<QmpException>()).Which;
        failure.Code.Should().Be(SandboxErrorCode.MonitorTimeout);
        failure.Message.Should().Contain("10 s");
        (await Peer.HearsTheEndAsync(cancellationToken)).Should().BeTrue();
    }

    [Test]
    public async Task A_caller_who_gives_up_gets_its_own_cancellation(CancellationToken cancellationToken)
    {
        using var caller = new CancellationTokenSource();
        var stream = await Peer.ConnectAsync(cancellationToken);
        var connecting = QmpClient.ConnectAsync(stream, new QmpOptions(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, caller.Token);
        await caller.CancelAsync();

        await connecting.Invoking(static task => task).Should().ThrowAsync<OperationCanceledException>();
    }
}
