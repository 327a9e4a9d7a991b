using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;

namespace DesktopGrid.VmSandbox.IntegrationTests.Channels;

/// <summary>All that channels are lies in the guest: it stands with it, and goes on from its checkpoint.</summary>
[CancelAfter(300_000)]
internal sealed class ChannelCheckpointTests : StoreFixture
{
    [Test]
    public async Task Channels_go_on_after_a_suspension_and_from_a_checkpoint(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        await session.StartProgramAsync(cancellationToken, "talk");
        await session.TellAsync(0, "one", cancellationToken);
        await session.HearAsync(5, "got one", cancellationToken);

        await Host.Machines.SuspendAsync(id, cancellationToken);
        await Host.Machines.ContinueAsync(id, cancellationToken);
        await session.TellAsync(0, "two", cancellationToken);
        await session.HearAsync(5, "got two", cancellationToken);

        await Host.Machines.CheckpointAsync(id, "middle", cancellationToken);
        await session.TellAsync(0, "forgotten", cancellationToken);
        await session.HearAsync(5, "got forgotten", cancellationToken);
        await Host.CrashAsync(id);
        await Host.Machines.ResumeAsync(id, cancellationToken: cancellationToken);
        session = await Host.OpenSessionAsync(id, cancellationToken);
        await session.TellAsync(0, "three", cancellationToken);
        await session.TellAsync(0, "end", cancellationToken);
        var end = await session.FollowToEndAsync(cancellationToken);

        end.ExitCode.Should().Be(0, end.Errors);
        end.Messages.Of(5).Should().Equal("got one", "got two", "got three", "got end");
        end.Messages.Of(6).Should().Equal("left behind");
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }
}
