using System.Text;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qmp;
using DesktopGrid.VmSandbox.Qmp.Commands;
using Microsoft.Extensions.Time.Testing;

namespace DesktopGrid.VmSandbox.Tests.Qmp;

[CancelAfter(60_000)]
public sealed class QmpCommandTests : QmpFixture
{
    [Test]
    public async Task A_command_gives_its_typed_answer(CancellationToken cancellationToken)
    {
        await using var client = await Peer.GreetAsync(cancellationToken);
        var asking = client.ExecuteAsync(RunStateCommands.QueryStatus, cancellationToken);
        var (command, id) = await Peer.HearAsync(cancellationToken);
        command.Should().Be("query-status");
        await Peer.SayAsync($$$"""{"return": {"status": "prelaunch", "singlestep": false, "running": false}, "id": {{{id}}}}""");

        (await asking).Should().Be(new QmpStatus("prelaunch", false));
    }

    [Test]
    public async Task Many_commands_at_once_get_each_its_own_answer_whatever_the_order(CancellationToken cancellationToken)
    {
        await using var client = await Peer.GreetAsync(cancellationToken);
        var asking = Enumerable.Range(0, 20).Select(_ => client.ExecuteAsync(RunStateCommands.QueryStatus, cancellationToken)).ToList();
        var ids = new List<long>();
        foreach (var _ in asking)
        {
            ids.Add((await Peer.HearAsync(cancellationToken)).Id);
        }

        foreach (var id in ids.OrderDescending())
        {
            await Peer.SayAsync($$$"""{"return": {"status": "s{{{id}}}", "running": true}, "id": {{{id}}}}""");
        }

        ids.Should().OnlyHaveUniqueItems();
        (await Task.WhenAll(asking)).Select(static status => status.Status).Should().BeEquivalentTo(ids.Select(static id => $"s{id}"));
    }

    [Test]
    public async Task An_error_carries_what_QEMU_said(CancellationToken cancellationToken)
    {
        await using var client = await Peer.GreetAsync(cancellationToken);
        var asking = client.ExecuteAsync(RunStateCommands.Continue, cancellationToken);
        var (_, id) = await Peer.HearAsync(cancellationToken);
        await Peer.SayAsync($$$"""{"error": {"class": "CommandNotFound", "desc": "no \u001b[31mcont\u001b[0m here"}, "id": {{{id}}}}""");

        var failure = (await asking.Invoking(static task => task).Should().ThrowAsync<QmpException>()).Which;
        failure.Code.Should().Be(SandboxErrorCode.MonitorCommandFailed);
        failure.ErrorClass.Should().Be("CommandNotFound");
        failure.Description.Should().Be("no .[31mcont.[0m here");
        failure.Command.Should().Be("cont");
        failure.Message.Should().Contain("cont").And.Contain("no .[31mcont");
    }

    [Test]
    public async Task A_command_without_answer_fails_at_the_bound_and_the_late_answer_is_dropped(CancellationToken cancellationToken)
    {
        var time = new FakeTimeProvider();
        await using var client = await Peer.GreetAsync(cancellationToken, new QmpOptions { CommandTimeout = TimeSpan.FromSeconds(5) }, time);
        var slow = client.ExecuteAsync(RunStateCommands.QueryStatus, cancellationToken);
        var (_, slowId) = await Peer.HearAsync(cancellationToken);
        time.Advance(TimeSpan.FromSeconds(5));

        var failure = (await slow.Invoking(static task => task).Should().ThrowAsync<QmpException>()).Which;
        failure.Code.Should().Be(SandboxErrorCode.MonitorTimeout);
        failure.Message.Should().Contain("query-status").And.Contain("5 s");

        await Peer.SayAsync($$$"""{"return": {"status": "late", "running": true}, "id": {{{slowId}}}}""");
        await StillWorksAsync(client, cancellationToken);
    }

    [Test]
    public async Task A_caller_who_gives_up_gets_its_own_cancellation_and_leaves_the_connection_usable(CancellationToken cancellationToken)
    {
        await using var client = await Peer.GreetAsync(cancellationToken);
        using var caller = new CancellationTokenSource();
        var slow = client.ExecuteAsync(RunStateCommands.QueryStatus, caller.Token);
        var (_, slowId) = await Peer.HearAsync(cancellationToken);
        await caller.CancelAsync();

        await slow.Invoking(static task => task).Should().ThrowAsync<OperationCanceledException>();
        await Peer.SayAsync($$$"""{"error": {"class": "GenericError", "desc": "late"}, "id": {{{slowId}}}}""");
        await StillWorksAsync(client, cancellationToken);
    }

    [Test]
    public async Task An_answer_to_nobody_is_dropped(CancellationToken cancellationToken)
    {
        await using var client = await Peer.GreetAsync(cancellationToken);
        await Peer.SayAsync("""{"return": {}, "id": 4711}""");

        await StillWorksAsync(client, cancellationToken);
    }

    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("\"running\"")]
    [TestCase("{\"status\": 7, \"running\": true}")]
    public async Task An_answer_of_another_shape_fails_its_own_command_only(string answer, CancellationToken cancellationToken)
    {
        await using var client = await Peer.GreetAsync(cancellationToken);
        var asking = client.ExecuteAsync(RunStateCommands.QueryStatus, cancellationToken);
        var (_, id) = await Peer.HearAsync(cancellationToken);
        await Peer.SayAsync($$"""{"return": {{answer}}, "id": {{id}}}""");

        (await asking.Invoking(static task => task).Should().ThrowAsync<QmpException>()).Which.Code.Should().Be(SandboxErrorCode.MonitorProtocol);
        await StillWorksAsync(client, cancellationToken);
    }

    [Test]
    public async Task An_answer_that_comes_byte_by_byte_is_whole_at_its_end(CancellationToken cancellationToken)
    {
        await using var client = await Peer.GreetAsync(cancellationToken);
        var asking = client.ExecuteAsync(RunStateCommands.QueryStatus, cancellationToken);
        var (_, id) = await Peer.HearAsync(cancellationToken);
        foreach (var one in Encoding.UTF8.GetBytes($$$"""{"return": {"status": "running", "running": true}, "id": {{{id}}}}""" + "\n"))
        {
            await Peer.SendAsync(new[] { one });
        }

        (await asking).Running.Should().BeTrue();
    }

    [Test]
    public async Task A_very_long_answer_within_the_ceiling_arrives(CancellationToken cancellationToken)
    {
        await using var client = await Peer.GreetAsync(cancellationToken);
        var asking = client.ExecuteAsync(RunStateCommands.QueryStatus, cancellationToken);
        var (_, id) = await Peer.HearAsync(cancellationToken);
        var text = new string('x', 1_000_000);
        await Peer.SayAsync($$$"""{"return": {"status": "{{{text}}}", "running": true}, "id": {{{id}}}}""");

        (await asking).Status.Should().HaveLength(text.Length);
    }

    private async Task StillWorksAsync(QmpClient client, CancellationToken cancellationToken)
    {
        var asking = client.ExecuteAsync(RunStateCommands.QueryStatus, cancellationToken);
        var (_, id) = await Peer.HearAsync(cancellationToken);
        await Peer.SayAsync($$$"""{"return": {"status": "running", "running": true}, "id": {{{id}}}}""");
        (await asking).Status.Should().Be("running");
    }
}
