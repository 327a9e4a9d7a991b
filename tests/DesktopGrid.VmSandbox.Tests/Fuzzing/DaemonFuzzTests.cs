using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Tests.Sessions.Http;

namespace DesktopGrid.VmSandbox.Tests.Fuzzing;

/// <summary>
/// Whatever a guest's daemon answers, the session gives an answer or its own exception, and the next request is served as if nothing had been.
/// </summary>
[CancelAfter(1_200_000)]
internal sealed class DaemonFuzzTests
{
    private const string Status = """{"taskId":"t","state":"Exited","exitCode":3,"stdoutLength":5,"stderrLength":0,"messages":0}""";

    /// <summary>Well-formed HTTP around spoiled bodies: what gets as far as the protocol's own readers.</summary>
    [TestCase(1, 500)]
    [TestCase(2, 20_000, Category = "Long")]
    public async Task Bodies_of_answers(int seed, int rounds, CancellationToken cancellationToken)
    {
        var mutator = Mutate(
            seed,
            """{"protocol":3,"daemonVersion":"1.0","uptimeMs":12,"task":"None"}""",
            Status,
            """{"name":"a b","kind":"File","length":5,"mode":420,"modifiedMs":0}""" + "\n",
            """{"code":"NotFound","message":"there is no file a"}""");
        await using var peer = new ScriptedDaemonPeer(async daemon =>
        {
            while (await daemon.HearAsync() is not null)
            {
                await daemon.SendAsync(Answer(mutator()));
            }
        });

        await HoldAsync(peer, seed, rounds, cancellationToken);
    }

    /// <summary>Spoiled HTTP in well-formed frames, and spoiled frames; then the connection breaks.</summary>
    [TestCase(3, 15, false)]
    [TestCase(4, 15, true)]
    [TestCase(5, 150, false, Category = "Long")]
    [TestCase(6, 150, true, Category = "Long")]
    public async Task Answers_as_a_whole(int seed, int rounds, bool frames, CancellationToken cancellationToken)
    {
        var answer = Answer(Encoding.UTF8.GetBytes(Status));
        var mutator = Mutate(seed, Encoding.Latin1.GetString(answer), "HTTP/1.1 200 OK\r\nX-VmSandbox-Protocol: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        var connections = 0;
        await using var peer = new ScriptedDaemonPeer(async daemon =>
        {
            if (await daemon.HearAsync() is not null)
            {
                // A frame holds its connection's tag: it has a mutator of its own.
                await (frames ? daemon.SendRawAsync(new Mutator(seed + Interlocked.Increment(ref connections), daemon.Frame(answer)).Next()) : daemon.SendAsync(mutator()));
                await daemon.EndAsync();
                daemon.Break();
            }
        });

        await HoldAsync(peer, seed, rounds, cancellationToken);
    }

    private static async Task HoldAsync(ScriptedDaemonPeer peer, int seed, int rounds, CancellationToken cancellationToken)
    {
        var session = peer.Session;
        Func<Task>[] requests =
        [
            () => session.PingAsync(cancellationToken),
            () => session.GetTaskAsync(cancellationToken),
            () => session.GetAsync("a", Stream.Null, 1000, null, cancellationToken),
            async () =>
            {
                await foreach (var _ in session.ListAsync(".", cancellationToken))
                {
                }
            },
        ];
        for (var round = 0; round < rounds; round++)
        {
            try
            {
                await requests[round % requests.Length]();
            }
            catch (SandboxException e) when (e is SessionException)
            {
                // Refused, and the sentence is fit to be shown: what a guest says comes without control characters.
                e.Message.Should().NotContainAny("\u001b", "\0", "\r");
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Assert.Fail($"Seed {seed}, round {round}: {e}");
            }
        }
    }

    /// <summary>The connections of all lanes take from one mutator.</summary>
    private static Func<byte[]> Mutate(int seed, params string[] samples)
    {
        var mutator = new Mutator(seed, [.. samples.Select(Encoding.UTF8.GetBytes)]);
        var gate = new Lock();
        return () =>
        {
            lock (gate)
            {
                return mutator.Next();
            }
        };
    }

    private static byte[] Answer(byte[] body) =>
        [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{ProtocolVersion.Header}: {ProtocolVersion.Current}\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];
}
