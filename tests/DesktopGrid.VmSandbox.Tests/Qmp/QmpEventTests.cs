using DesktopGrid.VmSandbox.Qmp;

namespace DesktopGrid.VmSandbox.Tests.Qmp;

[CancelAfter(60_000)]
public sealed class QmpEventTests : QmpFixture
{
    [Test]
    public async Task Every_subscriber_gets_every_event_in_order(CancellationToken cancellationToken)
    {
        await using var client = await Peer.GreetAsync(cancellationToken);
        using var first = client.Subscribe();
        using var second = client.Subscribe();
        await SayEventsAsync(3);
        Peer.Close();

        (await NamesAsync(first, cancellationToken)).Should().Equal("E1", "E2", "E3");
        (await NamesAsync(second, cancellationToken)).Should().Equal("E1", "E2", "E3");
    }

    [Test]
    public async Task A_slow_reader_loses_the_oldest_events_and_holds_nobody_up(CancellationToken cancellationToken)
    {
        await using var client = await Peer.GreetAsync(cancellationToken, new QmpOptions { EventCapacity = 4 });
        using var slow = client.Subscribe();
        using var other = client.Subscribe();
        await SayEventsAsync(10);
        Peer.Close();
        // Ends with the connection: the slow one has been offered all ten by then.
        await NamesAsync(other, cancellationToken);

        (await NamesAsync(slow, cancellationToken)).Should().Equal("E7", "E8", "E9", "E10");
    }

    [Test]
    public async Task A_stream_ends_with_the_connection_and_one_that_begins_later_is_empty(CancellationToken cancellationToken)
    {
        await using var client = await Peer.GreetAsync(cancellationToken);
        using var first = client.Subscribe();
        Peer.Close();
        (await NamesAsync(first, cancellationToken)).Should().BeEmpty();
        using var late = client.Subscribe();

        (await NamesAsync(late, cancellationToken)).Should().BeEmpty();
    }

    [Test]
    public async Task Who_has_let_go_gets_nothing_more(CancellationToken cancellationToken)
    {
        await using var client = await Peer.GreetAsync(cancellationToken);
        var gone = client.Subscribe();
        using var stays = client.Subscribe();
        gone.Dispose();
        await SayEventsAsync(2);
        Peer.Close();

        (await NamesAsync(stays, cancellationToken)).Should().HaveCount(2);
        (await NamesAsync(gone, cancellationToken)).Should().BeEmpty();
    }

    [Test]
    public async Task A_reader_can_give_up(CancellationToken cancellationToken)
    {
        await using var client = await Peer.GreetAsync(cancellationToken);
        using var subscription = client.Subscribe();
        using var caller = new CancellationTokenSource();
        var reading = NamesAsync(subscription, caller.Token);
        await caller.CancelAsync();

        await reading.Invoking(static task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Test]
    public async Task An_event_carries_its_data_and_its_time(CancellationToken cancellationToken)
    {
        await using var client = await Peer.GreetAsync(cancellationToken);
        using var subscription = client.Subscribe();
        await Peer.SayAsync("""{"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-reset", "code": 3}, "timestamp": {"seconds": 1267041730, "microseconds": 281295}}""");

        var happened = await FirstAsync(subscription, cancellationToken);
        happened.Name.Should().Be(QmpEventNames.Shutdown);
        happened.Text("reason").Should().Be("guest-reset");
        happened.Text("code").Should().BeNull();
        happened.Text("none").Should().BeNull();
        happened.Flag("guest").Should().BeTrue();
        happened.Flag("reason").Should().BeFalse();
        happened.Time.Should().Be(DateTimeOffset.FromUnixTimeSeconds(1267041730).AddMicroseconds(281295));
    }

    [TestCase("-1", "-1", Description = "QEMU's own word for a clock that failed")]
    [TestCase("999999999999999", "0")]
    [TestCase("1", "9223372036854775807")]
    [TestCase("253402300799", "999999999999")]
    public async Task A_time_that_cannot_be_is_no_reason_to_end(string seconds, string microseconds, CancellationToken cancellationToken)
    {
        await using var client = await Peer.GreetAsync(cancellationToken);
        using var subscription = client.Subscribe();
        await Peer.SayAsync($$$"""{"event": "STOP", "timestamp": {"seconds": {{{seconds}}}, "microseconds": {{{microseconds}}}}}""");

        var happened = await FirstAsync(subscription, cancellationToken);
        happened.Time.Should().Be(DateTimeOffset.UnixEpoch);
        happened.Text("reason").Should().BeNull("an event without data has no text");
    }

    private async Task SayEventsAsync(int count)
    {
        for (var number = 1; number <= count; number++)
        {
            await Peer.SayAsync($$$"""{"event": "E{{{number}}}", "timestamp": {"seconds": {{{number}}}, "microseconds": 0}}""");
        }
    }

    private static async Task<List<string>> NamesAsync(QmpSubscription subscription, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await foreach (var happened in subscription.ReadAllAsync(cancellationToken))
        {
            names.Add(happened.Name);
        }

        return names;
    }

    private static async Task<QmpEvent> FirstAsync(QmpSubscription subscription, CancellationToken cancellationToken)
    {
        await foreach (var happened in subscription.ReadAllAsync(cancellationToken))
        {
            return happened;
        }

        throw new EndOfStreamException("The events ended before the first.");
    }
}
