using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.Tests.Sessions.Http;

/// <summary>A hostile guest's answers to put, get and ls.</summary>
[CancelAfter(120_000)]
public sealed class HostileFileTests
{
    private const string Head = "HTTP/1.1 200 OK\r\nX-VmSandbox-Protocol: 3\r\n";

    [Test]
    public async Task A_listing_is_taken_entry_by_entry(CancellationToken cancellationToken)
    {
        await using var peer = Listing("""{"name":"a b","kind":"File","length":5,"mode":420,"modifiedMs":0}""" + "\n" + """{"name":"π\nline","kind":"Directory","length":0,"mode":493,"modifiedMs":-1}""" + "\n");

        (await ListAsync(peer, cancellationToken)).Should().Equal(new GuestEntry("a b", GuestEntryKind.File, 5, 420, 0), new GuestEntry("π\nline", GuestEntryKind.Directory, 0, 493, -1));
    }

    [TestCase("..")]
    [TestCase(".")]
    [TestCase("")]
    [TestCase("/etc/passwd")]
    [TestCase("a/b")]
    [TestCase("../up")]
    [TestCase("a\\u0000b")]
    public async Task A_name_that_is_no_plain_name_is_refused(string name)
    {
        await using var peer = Listing($"{{\"name\":\"{name}\",\"kind\":\"File\",\"length\":5,\"mode\":420,\"modifiedMs\":0}}\n");

        await RefusedAsync(peer);
    }

    [TestCase("not JSON\n")]
    [TestCase("\n")]
    [TestCase("null\n")]
    [TestCase("{}\n")]
    [TestCase("{\"name\":null,\"kind\":\"File\",\"length\":5,\"mode\":420,\"modifiedMs\":0}\n")]
    [TestCase("{\"name\":\"a\",\"kind\":\"Soul\",\"length\":5,\"mode\":420,\"modifiedMs\":0}\n")]
    [TestCase("{\"name\":\"a\",\"kind\":99,\"length\":5,\"mode\":420,\"modifiedMs\":0}\n")]
    [TestCase("{\"name\":\"a\",\"kind\":\"File\",\"length\":1e99,\"mode\":420,\"modifiedMs\":0}\n")]
    [TestCase("{\"name\":\"a\",\"kind\":\"File\",\"len", Description = "cut in its last line")]
    public async Task A_listing_that_is_not_the_protocol_is_refused(string text)
    {
        await using var peer = Listing(text);

        await RefusedAsync(peer);
    }

    [Test]
    public async Task A_line_without_end_is_given_up_at_its_ceiling()
    {
        await using var peer = Listing("{\"name\":\"" + new string('x', 100_000) + "\"}\n");

        await RefusedAsync(peer);
    }

    [Test]
    public async Task A_file_arrives_with_its_progress(CancellationToken cancellationToken)
    {
        var told = new Progress();
        await using var peer = Answering(new string('x', 300_000));
        using var destination = new MemoryStream();

        (await peer.Session.GetAsync("a", destination, 300_000, told, cancellationToken)).Should().Be(300_000);

        destination.Length.Should().Be(300_000);
        told.Last.Should().Be(new TransferProgress("a", 300_000, 300_000));
    }

    [Test]
    public async Task A_file_larger_than_is_allowed_is_given_up()
    {
        await using var peer = new ScriptedDaemonPeer(static async guest =>
        {
            await guest.HearAsync();
            await guest.SayAsync($"{Head}Transfer-Encoding: chunked\r\n\r\n");
            while (true)
            {
                await guest.SayAsync($"10000\r\n{new string('x', 0x10000)}\r\n");
            }
        });
        using var destination = new MemoryStream();

        (await FailsAsync(peer, session => session.GetAsync("a", destination, maxBytes: 100_000))).Code.Should().Be(SandboxErrorCode.GuestTooLarge);
        destination.Length.Should().BeLessThanOrEqualTo(100_000);
    }

    [Test]
    public async Task A_file_that_ends_before_its_length_is_no_file()
    {
        await using var peer = new ScriptedDaemonPeer(static async guest =>
        {
            await guest.HearAsync();
            await guest.SayAsync($"{Head}Content-Length: 1000\r\n\r\nhalf");
            await guest.EndAsync();
            await guest.UntilTheHostGoesAsync();
        });

        (await FailsAsync(peer, static session => session.GetAsync("a", Stream.Null))).Code.Should().Be(SandboxErrorCode.SessionDisconnected);
    }

    [Test]
    public async Task A_transfer_that_stands_still_is_given_up()
    {
        await using var peer = new ScriptedDaemonPeer(
            static async guest =>
            {
                await guest.HearAsync();
                await guest.SayAsync($"{Head}Content-Length: 1000\r\n\r\nhalf");
                await guest.UntilTheHostGoesAsync();
            },
            stall: TimeSpan.FromSeconds(1));

        var failure = await FailsAsync(peer, static session => session.GetAsync("a", Stream.Null));
        failure.Code.Should().Be(SandboxErrorCode.SessionTimeout);
        failure.Message.Should().Contain("1 s");
    }

    [Test]
    public async Task A_guest_that_takes_nothing_stops_a_put()
    {
        await using var peer = new ScriptedDaemonPeer(static guest => Task.Delay(Timeout.Infinite), stall: TimeSpan.FromSeconds(1));
        using var content = new MemoryStream(new byte[32 << 20]);

        (await FailsAsync(peer, session => session.PutAsync("a", content))).Code.Should().Be(SandboxErrorCode.SessionTimeout);
    }

    [Test]
    public async Task A_guest_that_breaks_off_a_put_is_told_as_gone()
    {
        await using var peer = new ScriptedDaemonPeer(static guest =>
        {
            guest.Break();
            return Task.CompletedTask;
        });
        using var content = new MemoryStream(new byte[8 << 20]);

        (await FailsAsync(peer, session => session.PutAsync("a", content))).Code.Should().Be(SandboxErrorCode.SessionDisconnected);
    }

    [Test]
    public async Task The_caller_s_own_stream_that_fails_gives_its_own_exception(CancellationToken cancellationToken)
    {
        await using var peer = Answering(new string('x', 100_000));

        await peer.Session.Awaiting(session => session.GetAsync("a", new FailingStream(), null, null, cancellationToken)).Should().ThrowAsync<IOException>().WithMessage("the caller's own");
        await peer.Session.Awaiting(session => session.PutAsync("a", new FailingStream(), false, null, cancellationToken)).Should().ThrowAsync<IOException>().WithMessage("the caller's own");
    }

    [TestCase(1, Description = "as a file that grows, or one of the kernel's that says that it is empty")]
    [TestCase(-1, Description = "as a file that shrinks")]
    public async Task The_caller_s_own_stream_that_gives_other_than_its_length_is_to_blame_itself(int more)
    {
        await using var peer = new ScriptedDaemonPeer(static guest => guest.UntilTheHostGoesAsync());

        await peer.Session.Awaiting(session => session.PutAsync("a", new LyingStream(more))).Should().ThrowAsync<IOException>().WithMessage("*than its length says*");
    }

    [TestCase("/etc/passwd")]
    [TestCase("../up")]
    [TestCase("a//b")]
    [TestCase("")]
    [TestCase("a\0b")]
    public async Task A_path_that_is_not_allowed_never_reaches_the_guest(string path)
    {
        await using var peer = new ScriptedDaemonPeer(static guest => guest.UntilTheHostGoesAsync());

        (await FailsAsync(peer, session => session.GetAsync(path, Stream.Null))).Code.Should().Be(SandboxErrorCode.GuestPathRefused);
        (await FailsAsync(peer, session => session.PutAsync(path, Stream.Null))).Code.Should().Be(SandboxErrorCode.GuestPathRefused);
        (await FailsAsync(peer, session => session.DeleteAsync(path))).Code.Should().Be(SandboxErrorCode.GuestPathRefused);
        (await FailsAsync(peer, session => session.MakeDirectoryAsync(path))).Code.Should().Be(SandboxErrorCode.GuestPathRefused);
        peer.Connections.Should().Be(0);
    }

    private static ScriptedDaemonPeer Answering(string body) => new(async guest =>
    {
        while (await guest.HearAsync() is not null)
        {
            await guest.AnswerAsync(body);
        }
    });

    private static ScriptedDaemonPeer Listing(string text) => Answering(text);

    private static async Task<List<GuestEntry>> ListAsync(ScriptedDaemonPeer peer, CancellationToken cancellationToken)
    {
        var entries = new List<GuestEntry>();
        await foreach (var entry in peer.Session.ListAsync(RelativePath.Root, cancellationToken))
        {
            entries.Add(entry);
        }

        return entries;
    }

    private static async Task RefusedAsync(ScriptedDaemonPeer peer) =>
        (await peer.Awaiting(static it => ListAsync(it, CancellationToken.None)).Should().ThrowAsync<SessionException>()).Which.Code.Should().Be(SandboxErrorCode.SessionProtocol);

    private static async Task<SessionException> FailsAsync(ScriptedDaemonPeer peer, Func<ISandboxSession, Task> verb) =>
        (await peer.Session.Awaiting(verb).Should().ThrowAsync<SessionException>()).Which;

    private sealed class Progress : IProgress<TransferProgress>
    {
        public TransferProgress Last { get; private set; }

        public void Report(TransferProgress value) => Last = value;
    }

    private sealed class FailingStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("the caller's own");

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("the caller's own");
    }

    /// <summary>A stream whose length is a thousand bytes by its own word.</summary>
    private sealed class LyingStream(int more) : MemoryStream(new byte[1000 + more])
    {
        public override long Length => 1000;
    }
}
