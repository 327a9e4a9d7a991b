using System.Text;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qmp;
using DesktopGrid.VmSandbox.Qmp.Commands;

namespace DesktopGrid.VmSandbox.Tests.Qmp;

/// <summary>However the connection ends, every waiter hears the one same reason.</summary>
[CancelAfter(60_000)]
public sealed class QmpEndTests : QmpFixture
{
    [Test]
    public async Task A_QEMU_that_dies_in_the_middle_of_a_reply_ends_every_waiting_command(CancellationToken cancellationToken)
    {
        await using var client = await Peer.GreetAsync(cancellationToken);
        var waiting = Enumerable.Range(0, 3).Select(_ => client.ExecuteAsync(RunStateCommands.QueryStatus, cancellationToken)).ToList();
        var (_, id) = await Peer.HearAsync(cancellationToken);
        await Peer.SendAsync(Encoding.UTF8.GetBytes($$$"""{"return": {"status": "run"""));
        Peer.Close();

        foreach (var command in waiting)
        {
            var failure = (await command.Invoking(static task => task).Should().ThrowAsync<QmpException>()).Which;
            failure.Code.Should().Be(SandboxErrorCode.MonitorDisconnected);
            failure.Command.Should().Be("query-status");
        }

        id.Should().BePositive();
    }

    [Test]
    public async Task After_the_end_a_command_fails_at_once_with_the_same_reason(CancellationToken cancellationToken)
    {
        await using var client = await Peer.GreetAsync(cancellationToken);
        var waiting = client.ExecuteAsync(RunStateCommands.QueryStatus, cancellationToken);
        await Peer.HearAsync(cancellationToken);
        Peer.Close();
        var reason = (await waiting.Invoking(static task => task).Should().ThrowAsync<QmpException>()).Which;

        var failure = (await client.Invoking(it => it.ExecuteAsync(RunStateCommands.Stop, cancellationToken)).Should().ThrowAsync<QmpException>()).Which;
        (failure.Code, failure.Message).Should().Be((SandboxErrorCode.MonitorDisconnected, reason.Message));
        failure.Command.Should().Be("stop");
    }

    [TestCase("this is no JSON")]
    [TestCase("{\"return\": {}}", Description = "an answer to no command at all")]
    [TestCase("{\"return\": {}, \"id\": \"one\"}")]
    [TestCase("{\"error\": {\"class\": \"GenericError\", \"desc\": \"cannot read you\"}}", Description = "QEMU could not parse us")]
    [TestCase("{\"error\": 5, \"id\": 1}")]
    [TestCase("{\"event\": 5}")]
    [TestCase("{\"event\": \"STOP\"}", Description = "without its time")]
    [TestCase("{\"event\": \"STOP\", \"timestamp\": {\"seconds\": 1e99, \"microseconds\": 0}}")]
    [TestCase("{\"event\": \"\\ud800\", \"timestamp\": {\"seconds\": 1, \"microseconds\": 0}}", Description = "half a character")]
    [TestCase("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    [TestCase("5")]
    public async Task What_is_no_QMP_ends_the_connection_and_wakes_who_waits(string line, CancellationToken cancellationToken)
    {
        await using var client = await Peer.GreetAsync(cancellationToken);
        var waiting = client.ExecuteAsync(RunStateCommands.QueryStatus, cancellationToken);
        await Peer.HearAsync(cancellationToken);
        await Peer.SayAsync(line);

        (await waiting.Invoking(static task => task).Should().ThrowAsync<QmpException>()).Which.Code.Should().Be(SandboxErrorCode.MonitorProtocol);
    }

    [Test]
    public async Task A_message_without_end_is_given_up_at_the_ceiling(CancellationToken cancellationToken)
    {
        await using var client = await Peer.GreetAsync(cancellationToken, new QmpOptions { MaxFrameBytes = 64 * 1024 });
        var waiting = client.ExecuteAsync(RunStateCommands.QueryStatus, cancellationToken);
        await Peer.HearAsync(cancellationToken);
        var sending = SendEndlesslyAsync(cancellationToken);

        var reason = (await waiting.Invoking(static task => task).Should().ThrowAsync<QmpException>()).Which;

        reason.Code.Should().Be(SandboxErrorCode.MonitorProtocol);
        reason.Message.Should().Contain("65536 bytes");
        await client.DisposeAsync();
        await sending;
    }

    [Test]
    public async Task Who_disposes_wakes_who_waits_and_closes_the_connection(CancellationToken cancellationToken)
    {
        var client = await Peer.GreetAsync(cancellationToken);
        var waiting = client.ExecuteAsync(RunStateCommands.QueryStatus, cancellationToken);
        await Peer.HearAsync(cancellationToken);

        await client.DisposeAsync();
        await client.DisposeAsync();

        (await waiting.Invoking(static task => task).Should().ThrowAsync<QmpException>()).Which.Message.Should().Contain("The monitor was closed.");
        (await Peer.HearsTheEndAsync(cancellationToken)).Should().BeTrue();
        await client.Invoking(it => it.ExecuteAsync(RunStateCommands.Stop, cancellationToken)).Should().ThrowAsync<QmpException>();
    }

    private async Task SendEndlesslyAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                await Peer.SendAsync(new byte[4096]);
            }
        }
        catch (IOException)
        {
            // The client has closed: what this test is about.
        }
    }
}
