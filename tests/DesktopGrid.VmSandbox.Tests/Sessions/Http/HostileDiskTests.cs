using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.Tests.Sessions.Http;

/// <summary>A hostile guest's answers to the request for files on the output disk.</summary>
[CancelAfter(120_000)]
internal sealed class HostileDiskTests
{
    private const string Head = "HTTP/1.1 200 OK\r\nX-VmSandbox-Protocol: 3\r\n";

    private static readonly CollectRequest _request = new(["a", "b"], 8192, 4000, 0);

    [Test]
    public async Task The_way_is_told_and_the_last_line_is_the_answer(CancellationToken cancellationToken)
    {
        await using var peer = Saying("{\"number\":0,\"bytes\":5}\n{\"number\":1,\"bytes\":7}\n{\"number\":2,\"bytes\":0,\"total\":4096}\n");
        var told = new Told();

        (await CollectAsync(peer, told, cancellationToken)).Should().Be(4096);

        told.Seen.Should().Equal(new TransferProgress("a", 5, null), new TransferProgress("b", 7, null));
    }

    [TestCase("")]
    [TestCase("\n")]
    [TestCase("null\n")]
    [TestCase("{}\n")]
    [TestCase("not JSON\n")]
    [TestCase("{\"number\":0,\"bytes\":5}\n", Description = "no last line")]
    [TestCase("{\"number\":0,\"bytes\":5,\"total\":8193}\n", Description = "more than the disk")]
    [TestCase("{\"number\":0,\"bytes\":5,\"total\":-1}\n")]
    [TestCase("{\"number\":0,\"bytes\":5,\"total\":1e99}\n")]
    [TestCase("{\"number\":0,\"bytes\":5,\"total\":4096}\n{\"number\":0,\"bytes\":5}\n", Description = "a line behind the last")]
    [TestCase("{\"number\":0,\"bytes\":5,\"total\":40", Description = "cut in its last line")]
    public async Task What_is_not_the_protocol_is_refused(string text)
    {
        await using var peer = Saying(text);

        (await FluentActions.Awaiting(() => CollectAsync(peer, null, CancellationToken.None)).Should().ThrowAsync<SessionException>()).Which.Code.Should().Be(SandboxErrorCode.SessionProtocol);
    }

    [Test]
    public async Task Numbers_of_no_file_are_not_told(CancellationToken cancellationToken)
    {
        await using var peer = Saying("{\"number\":2,\"bytes\":5}\n{\"number\":-1,\"bytes\":5}\n{\"number\":0,\"bytes\":-5}\n{\"number\":0,\"bytes\":0,\"total\":0}\n");
        var told = new Told();

        (await CollectAsync(peer, told, cancellationToken)).Should().Be(0);
        told.Seen.Should().BeEmpty();
    }

    [Test]
    public async Task An_error_in_the_last_line_is_the_guests_refusal()
    {
        await using var peer = Saying("{\"number\":0,\"bytes\":5}\n{\"number\":0,\"bytes\":0,\"error\":{\"code\":\"Internal\",\"message\":\"no\\u001b room\"}}\n");

        var failure = (await FluentActions.Awaiting(() => CollectAsync(peer, null, CancellationToken.None)).Should().ThrowAsync<SessionException>()).Which;

        (failure.Code, failure.GuestError).Should().Be((SandboxErrorCode.GuestRefused, GuestErrorCode.Internal));
        failure.Message.Should().Contain("no. room");
    }

    [Test]
    public async Task A_callers_own_exception_passes_unchanged()
    {
        await using var peer = Saying("{\"number\":0,\"bytes\":5}\n{\"number\":0,\"bytes\":0,\"total\":0}\n");

        await FluentActions.Awaiting(() => CollectAsync(peer, new Told(new IOException("the caller's")), CancellationToken.None)).Should().ThrowAsync<IOException>().WithMessage("the caller's");
    }

    [Test]
    public async Task More_paths_than_a_request_holds_are_not_asked_for(CancellationToken cancellationToken)
    {
        await using var peer = new ScriptedDaemonPeer(static _ => throw new InvalidOperationException("Nobody asks."));
        var many = Enumerable.Repeat(new string('p', 3000), 2000).ToList();

        (await peer.Link.Session.CollectAsync(_request with { Paths = many }, null, cancellationToken)).Should().Be(0);
    }

    private static Task<long> CollectAsync(ScriptedDaemonPeer peer, IProgress<TransferProgress>? told, CancellationToken cancellationToken) => peer.Link.Session.CollectAsync(_request, told, cancellationToken);

    private static ScriptedDaemonPeer Saying(string text) => new(async conversation =>
    {
        await conversation.HearAsync();
        await conversation.SayAsync($"{Head}Content-Length: {System.Text.Encoding.UTF8.GetByteCount(text)}\r\n\r\n{text}");
        await conversation.UntilTheHostGoesAsync();
    });

    private sealed class Told(Exception? fault = null) : IProgress<TransferProgress>
    {
        public List<TransferProgress> Seen { get; } = [];

        public void Report(TransferProgress value)
        {
            Seen.Add(value);
            if (fault is not null)
            {
                throw fault;
            }
        }
    }
}
