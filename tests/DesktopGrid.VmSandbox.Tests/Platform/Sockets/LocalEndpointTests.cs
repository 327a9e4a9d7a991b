using System.Net.Sockets;
using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Platform.Sockets;

namespace DesktopGrid.VmSandbox.Tests.Platform.Sockets;

[CancelAfter(30_000)]
public sealed class LocalEndpointTests
{
    [Test]
    public async Task It_waits_until_somebody_listens(CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var endpoint = LocalEndpoint.At(folder.File("s"), 107);
        var connecting = endpoint.ConnectAsync(TimeProvider.System, cancellationToken);
        connecting.IsCompleted.Should().BeFalse();

        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(endpoint.Path));
        listener.Listen(1);
        await using var stream = await connecting;
        stream.CanRead.Should().BeTrue();
    }

    [Test]
    public async Task The_caller_can_give_up(CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var connecting = LocalEndpoint.At(folder.File("s"), 107).ConnectAsync(TimeProvider.System, bound.Token);
        await bound.CancelAsync();
        await FluentActions.Awaiting(() => connecting).Should().ThrowAsync<OperationCanceledException>();
    }

    [Test]
    public async Task What_cannot_be_reached_is_told_at_once(CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("datagrams");
        using var other = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(path));
        await FluentActions.Awaiting(() => LocalEndpoint.At(path, 107).ConnectAsync(TimeProvider.System, cancellationToken))
            .Should().ThrowAsync<PlatformException>().WithMessage($"The socket {path} cannot be reached: *");
    }

    [TestCase("/tmp/ü", 7, true)]
    [TestCase("/tmp/ü", 6, false)]
    public void Length_is_counted_in_bytes(string path, int longest, bool fits)
    {
        var making = FluentActions.Invoking(() => LocalEndpoint.At(path, longest));
        if (fits)
        {
            making.Should().NotThrow();
        }
        else
        {
            making.Should().Throw<PlatformException>().WithMessage("The socket /tmp/ü has a path of 7 bytes, and 6 is the most that this system allows.*");
        }
    }
}
