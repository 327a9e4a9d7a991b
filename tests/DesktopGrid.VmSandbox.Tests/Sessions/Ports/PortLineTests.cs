using System.Net.Sockets;
using System.Security.Cryptography;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Sessions.Ports;
using DesktopGrid.VmSandbox.Tests.Sessions.Http;
using Microsoft.Extensions.Time.Testing;

namespace DesktopGrid.VmSandbox.Tests.Sessions.Ports;

/// <summary>The greeting of a port, against a scripted guest end.</summary>
[CancelAfter(60_000)]
public sealed class PortLineTests
{
    private readonly FakeTimeProvider _time = new();
    private TemporaryFolder _folder = null!;
    private Socket _listener = null!;

    private LocalEndpoint Endpoint => LocalEndpoint.At(_folder.File("port"), 107);

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(_folder.File("port")));
        _listener.Listen();
    }

    [TearDown]
    public void Close()
    {
        _listener.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task A_fresh_port_is_greeted_once_and_waits_for_its_guest_to_boot(CancellationToken cancellationToken)
    {
        var connecting = new PortLine(Endpoint, isFresh: true, _time).ConnectAsync(static () => { }, cancellationToken);
        await using var guest = await AcceptAsync(cancellationToken);
        var hello = await ReadAsync(guest, ChannelFraming.HelloLength, cancellationToken);
        hello.AsSpan().StartsWith(ChannelFraming.HelloMagic).Should().BeTrue();
        _time.Advance(TimeSpan.FromMinutes(10));
        guest.DataAvailable.Should().BeFalse("a hello more would lie in the guest's queue");

        await AnswerAsync(guest, hello);
        await using var stream = await connecting;
    }

    [Test]
    public async Task A_port_that_was_left_is_flushed_and_greeted_until_it_answers(CancellationToken cancellationToken)
    {
        var connecting = new PortLine(Endpoint, isFresh: false, _time).ConnectAsync(static () => { }, cancellationToken);
        await using var guest = await AcceptAsync(cancellationToken);
        var first = await ReadAsync(guest, ChannelFraming.FlushLength + ChannelFraming.HelloLength, cancellationToken);
        first.AsSpan(0, ChannelFraming.FlushLength).ContainsAnyExcept((byte)0).Should().BeFalse("zeros end a half frame");
        await UntilItWaitsAsync(guest, cancellationToken);
        var second = await ReadAsync(guest, ChannelFraming.FlushLength + ChannelFraming.HelloLength, cancellationToken);
        second.Should().NotEqual(first, "a slow guest answers both, and only the answer to the last counts");
        await AnswerAsync(guest, first[ChannelFraming.FlushLength..]);
        await Task.WhenAny(connecting, Task.Delay(50, cancellationToken));
        connecting.IsCompleted.Should().BeFalse();

        await AnswerAsync(guest, second[ChannelFraming.FlushLength..]);
        await using var stream = await connecting;
    }

    [Test]
    public async Task What_is_left_of_older_connections_is_thrown_away(CancellationToken cancellationToken)
    {
        var connecting = new PortLine(Endpoint, isFresh: true, _time).ConnectAsync(static () => { }, cancellationToken);
        await using var guest = await AcceptAsync(cancellationToken);
        var hello = await ReadAsync(guest, ChannelFraming.HelloLength, cancellationToken);
        // Old answers, an answer to an older hello, and the beginning of the right one, once too early.
        await guest.WriteAsync((byte[])[.. RandomNumberGenerator.GetBytes(5000), .. ChannelFraming.ReadyMagic, .. new byte[16], .. ChannelFraming.ReadyMagic, .. ChannelFraming.ReadyMagic[..5]], cancellationToken);
        await AnswerAsync(guest, hello);
        await guest.WriteAsync(DaemonConversation.Frame("first words"u8, ChannelFraming.Tag(hello.AsSpan(ChannelFraming.HelloMagic.Length))), cancellationToken);

        await using var stream = await connecting;
        var buffer = new byte[100];
        (await stream.ReadAsync(buffer, cancellationToken)).Should().Be("first words".Length);
    }

    [Test]
    public async Task Every_connection_has_an_epoch_of_its_own(CancellationToken cancellationToken)
    {
        var line = new PortLine(Endpoint, isFresh: true, _time);
        var epochs = new List<string>();
        for (var connection = 0; connection < 3; connection++)
        {
            var connecting = line.ConnectAsync(static () => { }, cancellationToken);
            await using var guest = await AcceptAsync(cancellationToken);
            var flush = connection == 0 ? 0 : ChannelFraming.FlushLength;
            var hello = (await ReadAsync(guest, flush + ChannelFraming.HelloLength, cancellationToken))[flush..];
            epochs.Add(Convert.ToHexString(hello));
            await AnswerAsync(guest, hello);
            await (await connecting).DisposeAsync();
        }

        epochs.Should().OnlyHaveUniqueItems();
    }

    [Test]
    public async Task A_line_that_ended_clean_needs_no_flush(CancellationToken cancellationToken)
    {
        var line = new PortLine(Endpoint, isFresh: true, _time);
        var connecting = line.ConnectAsync(static () => { }, cancellationToken);
        await using (var guest = await AcceptAsync(cancellationToken))
        {
            var hello = await ReadAsync(guest, ChannelFraming.HelloLength, cancellationToken);
            await AnswerAsync(guest, hello);
            await guest.WriteAsync(DaemonConversation.Frame([], ChannelFraming.Tag(hello.AsSpan(ChannelFraming.HelloMagic.Length))), cancellationToken);
            var stream = await connecting;
            (await stream.ReadAsync(new byte[1], cancellationToken)).Should().Be(0);
            await stream.DisposeAsync();
        }

        var again = line.ConnectAsync(static () => { }, cancellationToken);
        await using var second = await AcceptAsync(cancellationToken);
        var greeting = await ReadAsync(second, ChannelFraming.HelloLength, cancellationToken);
        greeting.AsSpan().StartsWith(ChannelFraming.HelloMagic).Should().BeTrue();
        await AnswerAsync(second, greeting);
        await (await again).DisposeAsync();
    }

    [Test]
    public async Task A_port_that_closes_instead_of_answering_is_broken(CancellationToken cancellationToken)
    {
        var connecting = new PortLine(Endpoint, isFresh: true, _time).ConnectAsync(static () => { }, cancellationToken);
        (await AcceptAsync(cancellationToken)).Dispose();

        await connecting.Awaiting(static task => task).Should().ThrowAsync<IOException>();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_caller_can_give_up(bool isFresh)
    {
        using var caller = new CancellationTokenSource();
        var connecting = new PortLine(Endpoint, isFresh, _time).ConnectAsync(static () => { }, caller.Token);
        await using var guest = await AcceptAsync(CancellationToken.None);
        await caller.CancelAsync();

        await connecting.Awaiting(static task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    /// <summary>Read byte by byte, 64 MiB take their time.</summary>
    [Test]
    [Category("Long")]
    [CancelAfter(900_000)]
    public async Task A_guest_that_never_stops_talking_is_given_up_at_the_ceiling(CancellationToken cancellationToken)
    {
        var connecting = new PortLine(Endpoint, isFresh: true, _time).ConnectAsync(static () => { }, cancellationToken);
        await using var guest = await AcceptAsync(cancellationToken);
        var talking = TalkAsync(guest, cancellationToken);

        (await connecting.Awaiting(static task => task).Should().ThrowAsync<SessionException>()).Which.Code.Should().Be(SandboxErrorCode.SessionProtocol);
        await talking;
    }

    private static async Task TalkAsync(NetworkStream guest, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await guest.WriteAsync(new byte[64 * 1024], cancellationToken);
            }
        }
        catch (IOException)
        {
            // The host has had enough.
        }
    }

    /// <summary>Moves the clock until the next hello comes.</summary>
    private async Task UntilItWaitsAsync(NetworkStream guest, CancellationToken cancellationToken)
    {
        while (!guest.DataAvailable)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, cancellationToken);
        }
    }

    private async Task<NetworkStream> AcceptAsync(CancellationToken cancellationToken) => new(await _listener.AcceptAsync(cancellationToken), ownsSocket: true);

    private static async Task<byte[]> ReadAsync(NetworkStream guest, int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        await guest.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    private static async Task AnswerAsync(NetworkStream guest, byte[] hello) => await guest.WriteAsync((byte[])[.. ChannelFraming.ReadyMagic, .. hello[ChannelFraming.HelloMagic.Length..]]);
}
