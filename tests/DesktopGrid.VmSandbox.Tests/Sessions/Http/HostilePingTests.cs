using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.Tests.Sessions.Http;

/// <summary>A hostile guest's answers to the shortest request: each ends within its bound in a documented exception.</summary>
[CancelAfter(120_000)]
public sealed class HostilePingTests
{
    private const string Head = "HTTP/1.1 200 OK\r\nX-VmSandbox-Protocol: 3\r\n";
    private const string Pong = """{"protocol":1,"daemon":"0.1.0","uptimeMs":5,"task":"None"}""";

    [Test]
    public async Task A_good_answer_is_taken(CancellationToken cancellationToken)
    {
        await using var peer = new ScriptedDaemonPeer(static async guest =>
        {
            while (await guest.HearAsync() is not null)
            {
                await guest.AnswerAsync(Pong);
            }
        });

        (await peer.Session.PingAsync(cancellationToken)).Should().Be(new PingReply(1, "0.1.0", 5, GuestTaskState.None));
        await peer.Session.PingAsync(cancellationToken);
        peer.Connections.Should().Be(1, "a connection is used again");
    }

    /// <summary>What a guest may say in place of an answer, and what the host makes of it.</summary>
    private static IEnumerable<TestCaseData> Lies()
    {
        yield return Lie("no HTTP", "what do you want?\r\n\r\n", SandboxErrorCode.SessionDisconnected);
        yield return Lie("no version", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", SandboxErrorCode.SessionVersion);
        yield return Lie("another version", "HTTP/1.1 200 OK\r\nX-VmSandbox-Protocol: 99\r\nContent-Length: 2\r\n\r\n{}", SandboxErrorCode.SessionVersion);
        yield return Lie("two versions", Head + "X-VmSandbox-Protocol: 3\r\nContent-Length: 2\r\n\r\n{}", SandboxErrorCode.SessionVersion);
        yield return Lie("no JSON", Body("certainly!"), SandboxErrorCode.SessionProtocol);
        yield return Lie("nothing", Body(""), SandboxErrorCode.SessionProtocol);
        yield return Lie("null", Body("null"), SandboxErrorCode.SessionProtocol);
        yield return Lie("JSON of another shape", Body("""{"protocol":"one"}"""), SandboxErrorCode.SessionProtocol);
        yield return Lie("JSON without a name", Body("""{"protocol":1,"uptimeMs":5,"task":"None"}"""), SandboxErrorCode.SessionProtocol);
        yield return Lie("JSON with null for a name", Body("""{"protocol":1,"daemon":null,"uptimeMs":5,"task":"None"}"""), SandboxErrorCode.SessionProtocol);
        yield return Lie("a list", Body("[]"), SandboxErrorCode.SessionProtocol);
        yield return Lie("JSON without end", Body("{\"daemon\":\"" + new string('x', 1000)), SandboxErrorCode.SessionProtocol);
        yield return Lie("JSON in too many boxes", Body(string.Concat(Enumerable.Repeat("{\"a\":", 10_000))), SandboxErrorCode.SessionProtocol);
        yield return Lie("two million bytes of JSON", Body($"{{\"daemon\":\"{new string('x', 2_000_000)}\"}}"), SandboxErrorCode.SessionProtocol);
        yield return Lie("a body shorter than it says", Head + "Content-Length: 1000\r\n\r\n{}", SandboxErrorCode.SessionDisconnected);
        yield return Lie("a length that is no number", Head + "Content-Length: many\r\n\r\n{}", SandboxErrorCode.SessionProtocol);
        yield return Lie("a negative length", Head + "Content-Length: -1\r\n\r\n{}", SandboxErrorCode.SessionProtocol);
        yield return Lie("a length of sixteen exbibytes", Head + "Content-Length: 18446744073709551616\r\n\r\n{}", SandboxErrorCode.SessionProtocol);
        yield return Lie("a chunk larger than it is", Head + "Transfer-Encoding: chunked\r\n\r\nffff\r\n{}", SandboxErrorCode.SessionDisconnected);
        yield return Lie("a chunk of no size", Head + "Transfer-Encoding: chunked\r\n\r\nmany\r\n{}\r\n0\r\n\r\n", SandboxErrorCode.SessionDisconnected);
        yield return Lie("a chunk of every size", Head + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n0\r\n\r\n", SandboxErrorCode.SessionDisconnected);
        yield return Lie("a redirect to the network", "HTTP/1.1 302 Found\r\nX-VmSandbox-Protocol: 3\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n", SandboxErrorCode.SessionProtocol);
        yield return Lie("a redirect to a file", "HTTP/1.1 301 Moved\r\nX-VmSandbox-Protocol: 3\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n", SandboxErrorCode.SessionProtocol);
        yield return Lie("a demand for a password", "HTTP/1.1 401 Who\r\nX-VmSandbox-Protocol: 3\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n", SandboxErrorCode.SessionProtocol);
        yield return Lie("another protocol", "HTTP/1.1 101 Switching\r\nX-VmSandbox-Protocol: 3\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", SandboxErrorCode.SessionProtocol, SandboxErrorCode.SessionDisconnected);
        yield return Lie("a refusal that is no refusal", "HTTP/1.1 500 Oh\r\nX-VmSandbox-Protocol: 3\r\nContent-Length: 4\r\n\r\nnull", SandboxErrorCode.GuestRefused);

        static string Body(string text) => $"{Head}Content-Length: {Encoding.UTF8.GetByteCount(text)}\r\n\r\n{text}";

        static TestCaseData Lie(string name, string answer, params SandboxErrorCode[] codes) => new TestCaseData(answer, codes).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Lies))]
    public async Task A_lie_is_found_out(string answer, object codes)
    {
        await using var peer = new ScriptedDaemonPeer(async guest =>
        {
            await guest.HearAsync();
            await guest.SayAsync(answer);
            await guest.EndAsync();
            await guest.UntilTheHostGoesAsync();
        });

        ((SandboxErrorCode[])codes).Should().Contain((await FailsAsync(peer)).Code);
    }

    [TestCase("\u00ff\u00fe", Description = "no UTF-8")]
    [TestCase("\u00c3\u0028")]
    public async Task Text_that_is_no_UTF_8_is_refused(string latin)
    {
        await using var peer = new ScriptedDaemonPeer(async guest =>
        {
            await guest.HearAsync();
            var body = Encoding.Latin1.GetBytes($"{{\"protocol\":1,\"daemon\":\"{latin}\",\"uptimeMs\":5,\"task\":\"None\"}}");
            await guest.SayAsync($"{Head}Content-Length: {body.Length}\r\n\r\n");
            await guest.SendAsync(body);
            await guest.UntilTheHostGoesAsync();
        });

        (await FailsAsync(peer)).Code.Should().Be(SandboxErrorCode.SessionProtocol);
    }

    [Test]
    public async Task A_packed_answer_is_not_unpacked()
    {
        using var packed = new MemoryStream();
        using (var packer = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            // What would be 100 MB of JSON if the host were so kind.
            for (var part = 0; part < 100; part++)
            {
                packer.Write(new byte[1 << 20]);
            }
        }

        await using var peer = new ScriptedDaemonPeer(async guest =>
        {
            await guest.HearAsync();
            await guest.SayAsync($"{Head}Content-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n");
            await guest.SendAsync(packed.ToArray());
            await guest.UntilTheHostGoesAsync();
        });

        var before = GC.GetTotalAllocatedBytes();
        (await FailsAsync(peer)).Code.Should().Be(SandboxErrorCode.SessionProtocol);
        (GC.GetTotalAllocatedBytes() - before).Should().BeLessThan(50 << 20);
    }

    /// <summary>Floods: what comes without end is given up at its ceiling, long before the bound.</summary>
    [TestCase("body", SandboxErrorCode.SessionProtocol)]
    [TestCase("headers", SandboxErrorCode.SessionDisconnected)]
    [TestCase("one header", SandboxErrorCode.SessionDisconnected)]
    [TestCase("status line", SandboxErrorCode.SessionDisconnected)]
    public async Task A_flood_is_given_up_at_its_ceiling(string what, SandboxErrorCode code)
    {
        var (begin, part) = what switch
        {
            "body" => ($"{Head}Transfer-Encoding: chunked\r\n\r\n", $"10000\r\n{new string('x', 0x10000)}\r\n"),
            "headers" => (Head, "X-Junk: junk\r\n"),
            "one header" => (Head + "X-Junk: ", new string('x', 60_000)),
            _ => ("HTTP/1.1 200 ", new string('x', 60_000)),
        };
        await using var peer = new ScriptedDaemonPeer(async guest =>
        {
            await guest.HearAsync();
            await guest.SayAsync(begin);
            var block = string.Concat(Enumerable.Repeat(part, Math.Max(1, 60_000 / part.Length)));
            while (true)
            {
                await guest.SayAsync(block);
            }
        });

        (await FailsAsync(peer)).Code.Should().Be(code);
    }

    [TestCase("nothing at all")]
    [TestCase("a byte now and then")]
    [TestCase("one hint after another that the answer will come")]
    public async Task An_answer_that_does_not_come_is_given_up_at_the_bound(string what)
    {
        await using var peer = new ScriptedDaemonPeer(
            async guest =>
            {
                await guest.HearAsync();
                while (what != "nothing at all")
                {
                    await guest.SayAsync(what == "a byte now and then" ? "H" : "HTTP/1.1 103 Early Hints\r\n\r\n");
                    await Task.Delay(20);
                    if (what == "a byte now and then")
                    {
                        await guest.UntilTheHostGoesAsync();
                    }
                }

                await guest.UntilTheHostGoesAsync();
            },
            request: TimeSpan.FromSeconds(1));

        var failure = await FailsAsync(peer);
        failure.Code.Should().Be(SandboxErrorCode.SessionTimeout);
        failure.Message.Should().Contain("GET /v1/ping within 1 s");
        failure.IsTransient.Should().BeTrue();
    }

    [Test]
    public async Task A_greeting_that_is_not_answered_is_given_up_at_the_bound()
    {
        await using var peer = new ScriptedDaemonPeer(static guest => guest.UntilTheHostGoesAsync(), request: TimeSpan.FromSeconds(1), answersHello: false);

        (await FailsAsync(peer)).Code.Should().Be(SandboxErrorCode.SessionTimeout);
    }

    [Test]
    public async Task A_hostile_reason_is_made_printable_and_short()
    {
        var reason = "\\u001b[2J" + new string('x', 10_000);
        await using var peer = new ScriptedDaemonPeer(async guest =>
        {
            await guest.HearAsync();
            await guest.AnswerAsync($"{{\"code\":\"Internal\",\"message\":\"{reason}\"}}", 500);
            await guest.UntilTheHostGoesAsync();
        });

        var failure = await FailsAsync(peer);
        (failure.Code, failure.GuestError).Should().Be((SandboxErrorCode.GuestRefused, GuestErrorCode.Internal));
        failure.Message.Should().StartWith("The guest refused: .[2Jxxx").And.HaveLength("The guest refused: ".Length + 500);
    }

    private static async Task<SessionException> FailsAsync(ScriptedDaemonPeer peer) =>
        (await peer.Session.Awaiting(static session => session.PingAsync(CancellationToken.None)).Should().ThrowAsync<SessionException>()).Which;
}
