using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Hostility;

/// <summary>What a program may leave in place of an output: nothing of it hangs a request or is read by the daemon's rights.</summary>
[CancelAfter(180_000)]
public sealed class OddOutputTests : GuestFixture
{
    private protected override void Configure(SandboxHostOptions options) => options.Session.TransferStallTimeout = TimeSpan.FromSeconds(5);

    [TestCase("a pipe", "mkfifo output")]
    [TestCase("a pipe that is written to", "mkfifo output; (while :; do echo x; done > output) &")]
    [TestCase("a link to a device", "ln -s /dev/zero output")]
    [TestCase("a link to a secret", "ln -s /var/lib/vmsandbox/stdout output")]
    [TestCase("a link to itself", "ln -s output output")]
    [TestCase("a directory", "mkdir output")]
    [TestCase("a socket", "./listen output > /dev/null & until [ -S output ]; do usleep 20000; done")]
    public async Task What_is_no_file_is_refused_at_once(string what, string script, CancellationToken cancellationToken)
    {
        await Session.PutFileAsync("listen", await GuestProgram.CompileAsync("listen", cancellationToken), executable: true, cancellationToken);
        // While the program runs: whoever is at the other end of a pipe is there.
        await Session.StartAndWaitForAsync(SessionPhrases.Shell($"{script}\necho made; sleep 1000"), "made", cancellationToken);
        using var destination = new MemoryStream();

        var failure = (await Session.Awaiting(session => session.GetAsync("output", destination, cancellationToken: cancellationToken)).Should().ThrowAsync<SessionException>(what)).Which;

        failure.GuestError.Should().Be(GuestErrorCode.PathRefused, failure.Message);
        destination.Length.Should().Be(0);
        (await Session.PingAsync(cancellationToken)).Task.Should().Be(GuestTaskState.Running);
    }

    [Test]
    public async Task A_file_that_shrinks_while_it_is_read_is_no_whole_file(CancellationToken cancellationToken)
    {
        await Session.StartAndWaitForAsync(SessionPhrases.Shell("truncate -s 2G output; echo made; until [ -e now ]; do usleep 1000; done; truncate -s 1 output; sleep 1000"), "made", cancellationToken);
        using var destination = new HashingStream();

        var failure = (await Session.Awaiting(session => session.GetAsync("output", destination, progress: new AtFirst(() => session.PutTextAsync("now", "", cancellationToken: cancellationToken)), cancellationToken: cancellationToken))
            .Should().ThrowAsync<SessionException>()).Which;

        failure.Code.Should().Be(SandboxErrorCode.SessionDisconnected, failure.Message);
        destination.Length.Should().BeInRange(1, (2L << 30) - 1);
        (await Session.PingAsync(cancellationToken)).Task.Should().Be(GuestTaskState.Running);
    }

    /// <summary>Acts when the transfer has begun.</summary>
    private sealed class AtFirst(Func<Task> act) : IProgress<TransferProgress>
    {
        private Task? _acting;

        public void Report(TransferProgress value) => _acting ??= act();
    }
}
