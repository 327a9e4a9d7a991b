using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.MessageHandler;

namespace DesktopGrid.VmSandbox.Tests.Channels;

[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class ChannelQueueTests
{
    private static readonly byte[] First = [1], Second = [2];

    [Test]
    public void Texts_wait_in_order_and_one_that_is_not_yet_written_stays_due()
    {
        var queue = new ChannelQueue(isRepeated: false);
        queue.TryAdd(First).Should().BeTrue();
        queue.TryAdd(Second).Should().BeTrue();

        (queue.Due(0), queue.Due(5)).Should().Be((First, First));
        queue.Written(First, 5);
        queue.Due(6).Should().BeSameAs(Second);
        queue.Written(Second, 6);
        queue.Due(1_000_000).Should().BeNull("it is not repeated");
    }

    [Test]
    public void It_takes_so_many_and_has_room_again_for_each_that_was_written()
    {
        var queue = new ChannelQueue(isRepeated: false);

        Enumerable.Range(0, ProtocolLimits.MaxChannelTexts + 1).Select(_ => queue.TryAdd(First)).Should().Equal([.. Enumerable.Repeat(true, ProtocolLimits.MaxChannelTexts), false]);
        queue.Written(First, 0);
        (queue.TryAdd(Second), queue.TryAdd(Second)).Should().Be((true, false));
    }

    [Test]
    public void Of_a_repeated_one_only_the_newest_waits_and_the_last_is_due_each_second()
    {
        var queue = new ChannelQueue(isRepeated: true);
        queue.Due(1_000_000).Should().BeNull("nothing was said yet");
        Enumerable.Range(0, 100).Should().OnlyContain(_ => queue.TryAdd(First));
        queue.TryAdd(Second).Should().BeTrue();

        queue.Due(10).Should().BeSameAs(Second);
        queue.Written(Second, 10);
        (queue.Due(11), queue.Due(1009), queue.Due(1010), queue.Due(5000)).Should().Be((null, null, Second, Second));
        queue.Written(Second, 5000);
        queue.Due(5999).Should().BeNull();
    }

    [Test]
    public void A_newer_text_that_came_while_an_older_one_was_written_is_not_lost()
    {
        var queue = new ChannelQueue(isRepeated: true);
        queue.TryAdd(First);
        var due = queue.Due(0)!;
        queue.TryAdd(Second);

        queue.Written(due, 1);

        queue.Due(2).Should().BeSameAs(Second);
    }
}
