using System.Net.Sockets;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Sessions.Ports;
using DesktopGrid.VmSandbox.Tests.Sessions.Http;

namespace DesktopGrid.VmSandbox.Tests.Sessions.Ports;

[CancelAfter(60_000)]
public sealed class FramedStreamTests
{
    private static readonly byte[] Epoch = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

    private TemporaryFolder _folder = null!;
    private NetworkStream _guest = null!;
    private FramedStream _stream = null!;
    private bool? _closedClean;

    private static uint Tag => ChannelFraming.Tag(Epoch);

    [SetUp]
    public async Task Open()
    {
        _folder = new TemporaryFolder();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_folder.File("port")));
        listener.Listen();
        var host = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await host.ConnectAsync(new UnixDomainSocketEndPoint(_folder.File("port")));
        _guest = new NetworkStream(await listener.AcceptAsync(), ownsSocket: true);
        _closedClean = null;
        _stream = new FramedStream(new NetworkStream(host, ownsSocket: true), Epoch, isClean => _closedClean = isClean);
    }

    [TearDown]
    public async Task Close()
    {
        await _stream.DisposeAsync();
        await _guest.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task What_is_written_travels_in_frames_of_bounded_length(CancellationToken cancellationToken)
    {
        var bytes = Enumerable.Range(0, (2 * ChannelFraming.MaxPayload) + 5).Select(static number => (byte)number).ToArray();
        var writing = _stream.WriteAsync(bytes, cancellationToken).AsTask();

        var received = new List<byte>();
        foreach (var expected in (int[])[ChannelFraming.MaxPayload, ChannelFraming.MaxPayload, 5])
        {
            var frame = new byte[ChannelFraming.HeaderLength + expected + ChannelFraming.TrailerLength];
            await _guest.ReadExactlyAsync(frame, cancellationToken);
            ChannelFraming.TryReadHeader(frame, Tag, out var length).Should().BeTrue();
            length.Should().Be(expected);
            ChannelFraming.IsTrailer(frame.AsSpan(ChannelFraming.HeaderLength + length), Tag).Should().BeTrue();
            received.AddRange(frame.AsSpan(ChannelFraming.HeaderLength, length));
        }

        await writing;
        received.Should().Equal(bytes);
    }

    [Test]
    public async Task What_comes_in_frames_is_read_whatever_the_cuts(CancellationToken cancellationToken)
    {
        byte[] wire = [.. DaemonConversation.Frame("hello, "u8, Tag), .. DaemonConversation.Frame("wor"u8, Tag), .. DaemonConversation.Frame("ld"u8, Tag), .. DaemonConversation.Frame([], Tag)];
        var sending = Task.Run(
            async () =>
            {
                foreach (var one in wire)
                {
                    await _guest.WriteAsync(new[] { one }, cancellationToken);
                }
            },
            cancellationToken);

        using var reader = new StreamReader(_stream);
        (await reader.ReadToEndAsync(cancellationToken)).Should().Be("hello, world");
        await sending;
    }

    [Test]
    public async Task A_payload_is_not_believed_before_its_end_was_right(CancellationToken cancellationToken)
    {
        await _guest.WriteAsync(DaemonConversation.Frame("believe me"u8, Tag).AsMemory(0, ChannelFraming.HeaderLength + 10), cancellationToken);
        var reading = _stream.ReadAsync(new byte[100], cancellationToken).AsTask();
        await Task.WhenAny(reading, Task.Delay(100, cancellationToken));
        reading.IsCompleted.Should().BeFalse();

        await _guest.WriteAsync(new byte[ChannelFraming.TrailerLength], cancellationToken);
        await reading.Awaiting(static task => task).Should().ThrowAsync<SessionException>();
    }

    [Test]
    public async Task A_frame_of_the_largest_size_fits_behind_another(CancellationToken cancellationToken)
    {
        var large = new byte[ChannelFraming.MaxPayload];
        Array.Fill(large, (byte)7);
        var sending = _guest.WriteAsync((byte[])[.. DaemonConversation.Frame("x"u8, Tag), .. DaemonConversation.Frame(large, Tag), .. DaemonConversation.Frame(large, Tag), .. DaemonConversation.Frame([], Tag)], cancellationToken).AsTask();

        using var all = new MemoryStream();
        await _stream.CopyToAsync(all, cancellationToken);
        await sending;
        all.Length.Should().Be(1 + (2 * large.Length));
    }

    [TestCase(-1)]
    [TestCase(ChannelFraming.MaxPayload + 1)]
    [TestCase(int.MaxValue)]
    public async Task A_frame_larger_than_the_ceiling_is_refused(int length)
    {
        await _guest.WriteAsync(DaemonConversation.Frame("x"u8, Tag, length: length));

        await _stream.Awaiting(static stream => stream.ReadAsync(new byte[10]).AsTask()).Should().ThrowAsync<SessionException>();
    }

    [Test]
    public async Task A_port_that_closes_in_a_frame_is_broken(CancellationToken cancellationToken)
    {
        await _guest.WriteAsync(DaemonConversation.Frame("half"u8, Tag).AsMemory(0, 10), cancellationToken);
        await _guest.DisposeAsync();

        await _stream.Awaiting(stream => stream.ReadAsync(new byte[10], cancellationToken).AsTask()).Should().ThrowAsync<IOException>();
    }

    [Test]
    public async Task A_line_is_clean_when_both_sides_stand_between_two_frames_and_the_guest_has_ended(CancellationToken cancellationToken)
    {
        await _stream.WriteAsync("bye"u8.ToArray(), cancellationToken);
        await _guest.WriteAsync(DaemonConversation.Frame([], Tag), cancellationToken);
        (await _stream.ReadAsync(new byte[10], cancellationToken)).Should().Be(0);
        (await _stream.ReadAsync(new byte[10], cancellationToken)).Should().Be(0, "an end stays an end");

        await _stream.DisposeAsync();
        await _stream.DisposeAsync();
        _closedClean.Should().BeTrue();
    }

    [Test]
    public async Task A_line_that_the_guest_has_not_ended_is_not_clean()
    {
        await _stream.DisposeAsync();

        _closedClean.Should().BeFalse();
    }

    [Test]
    public async Task A_write_that_was_given_up_leaves_the_line_unclean(CancellationToken cancellationToken)
    {
        await _guest.WriteAsync(DaemonConversation.Frame([], Tag), cancellationToken);
        (await _stream.ReadAsync(new byte[10], cancellationToken)).Should().Be(0);
        using var caller = new CancellationTokenSource();
        var writing = _stream.WriteAsync(new byte[8 << 20], caller.Token).AsTask();
        await Task.WhenAny(writing, Task.Delay(100, cancellationToken));
        await caller.CancelAsync();

        await writing.Awaiting(static task => task).Should().ThrowAsync<OperationCanceledException>();
        await _stream.DisposeAsync();
        _closedClean.Should().BeFalse();
    }
}
