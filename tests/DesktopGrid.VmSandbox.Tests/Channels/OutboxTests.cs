using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.MessageHandler;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;

namespace DesktopGrid.VmSandbox.Tests.Channels;

[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class OutboxTests
{
    private readonly Outbox _outbox = new(new ChangeSignal());

    [SetUp]
    public void Empty() => _outbox.Clear();

    [Test]
    public void Of_a_name_with_a_bound_the_oldest_of_that_name_gives_way()
    {
        _outbox.Add("rare", "word");
        for (var i = 1; i <= 5; i++)
        {
            _outbox.Add("status", $"{i}", mostOfKey: 2);
            _outbox.Add("other", $"{i}", mostOfKey: 3);
        }

        _outbox.After(0).Messages.Select(static message => (message.Number, message.Key, message.Value)).Should().Equal(
            (1, "rare", "word"), (7, "other", "3"), (8, "status", "4"), (9, "other", "4"), (10, "status", "5"), (11, "other", "5"));
        _outbox.After(9).Messages.Select(static message => message.Number).Should().Equal(10, 11);
        _outbox.LastNumber.Should().Be(11);
    }

    [Test]
    public void Beyond_all_that_is_kept_the_oldest_of_all_gives_way()
    {
        for (var i = 1; i <= ProtocolLimits.MaxMessagesKept + 5; i++)
        {
            _outbox.Add("key", "");
        }

        Kept().Should().Equal(Enumerable.Range(6, ProtocolLimits.MaxMessagesKept).Select(static i => (long)i));
    }

    [Test]
    public void What_gave_way_makes_room_by_its_characters()
    {
        var half = new string('x', ProtocolLimits.MaxMessageCharactersKept / 2);
        _outbox.Add("status", half, mostOfKey: 1);
        _outbox.Add("status", half, mostOfKey: 1);
        _outbox.Add("rare", half);
        Kept().Should().Equal(2, 3);

        _outbox.Add("more", "x");
        Kept().Should().Equal(3, 4);
    }

    private List<long> Kept()
    {
        var kept = new List<long>();
        while (_outbox.After(kept.LastOrDefault()).Messages is { Count: > 0 } some)
        {
            kept.AddRange(some.Select(static message => message.Number));
        }

        return kept;
    }
}
