using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Standing;

/// <summary>suspend and continue while the session is in the middle of everything, and a session that another host process takes up.</summary>
[CancelAfter(240_000)]
public sealed class SuspendedWorkTests : GuestFixture
{
    private const long Length = 60_000_000;
    private static readonly TimeSpan Standing = TimeSpan.FromSeconds(2);

    [Test]
    [Category("AlsoAsRoot")]
    public async Task A_put_a_get_and_a_program_that_is_followed_stand_and_go_on_as_if_nothing_had_been(CancellationToken cancellationToken)
    {
        (await Session.ShellAsync($"truncate -s {Length} zeros", cancellationToken)).ExitCode.Should().Be(0);
        await Session.StartAsync(SessionPhrases.Shell("i=0; until [ -e enough ]; do i=$((i+1)); echo $i; usleep 10000; done"), cancellationToken: cancellationToken);
        var (putting, getting) = (new Begun(), new Begun());
        using var content = new GeneratedStream(Length);
        using var zeros = new HashingStream();
        var following = Session.FollowToEndAsync(cancellationToken);
        var put = Session.PutAsync("file", content, progress: putting, cancellationToken: cancellationToken);
        var get = Session.GetAsync("zeros", zeros, progress: getting, cancellationToken: cancellationToken);
        await Task.WhenAll(putting.Task, getting.Task).WaitAsync(cancellationToken);

        await Store.Host.Machines.SuspendAsync(Machine, cancellationToken);
        // What QEMU has taken already may still arrive.
        await Task.Delay(Standing / 4, cancellationToken);
        var (up, down) = (putting.Bytes, getting.Bytes);
        await Task.Delay(Standing, cancellationToken);
        (put.IsCompleted || get.IsCompleted || following.IsCompleted).Should().BeFalse("nothing ends while the guest stands");
        (putting.Bytes, getting.Bytes).Should().Be((up, down));
        await Store.Host.Machines.ContinueAsync(Machine, cancellationToken);

        (await put, await get).Should().Be((Length, Length));
        var written = (await Session.GetTaskAsync(cancellationToken)).StdoutLength;
        await Eventually.HoldsAsync(() => Session.GetTaskAsync(cancellationToken).GetAwaiter().GetResult().StdoutLength > written, "the program goes on");
        await Session.PutTextAsync("enough", "", cancellationToken: cancellationToken);
        var lines = (await following).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Should().NotBeEmpty().And.Equal(Enumerable.Range(1, lines.Length).Select(static i => $"{i}"));
        using var back = new HashingStream();
        await Session.GetAsync("file", back, cancellationToken: cancellationToken);
        back.Hash.Should().Be(GeneratedStream.HashOf(Length));
    }

    [Test]
    public async Task A_put_to_a_suspended_guest_can_be_given_up_and_the_old_file_stands(CancellationToken cancellationToken)
    {
        await Session.PutTextAsync("file", "the old content", cancellationToken: cancellationToken);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var putting = new Begun();
        using var content = new GeneratedStream(1L << 40);
        var put = Session.PutAsync("file", content, progress: putting, cancellationToken: giveUp.Token);
        await putting.Task.WaitAsync(cancellationToken);

        await Store.Host.Machines.SuspendAsync(Machine, cancellationToken);
        await giveUp.CancelAsync();
        await put.Awaiting(static put => put).Should().ThrowAsync<OperationCanceledException>();
        await Store.Host.Machines.ContinueAsync(Machine, cancellationToken);

        (await Session.GetTextAsync("file", cancellationToken)).Should().Be("the old content");
    }

    [Test]
    public async Task A_session_to_a_suspended_machine_is_refused_by_name(CancellationToken cancellationToken)
    {
        await Store.Host.Machines.SuspendAsync(Machine, cancellationToken);

        var failure = (await FluentActions.Awaiting(() => Store.Host.OpenSessionAsync(Machine, cancellationToken)).Should().ThrowAsync<VmException>()).Which;

        failure.Code.Should().Be(SandboxErrorCode.MachineState);
        failure.Message.Should().Contain(nameof(VmState.Suspended));
        await Store.Host.Machines.ContinueAsync(Machine, cancellationToken);
        (await (await Store.Host.OpenSessionAsync(Machine, cancellationToken)).PingAsync(cancellationToken)).Protocol.Should().Be(ProtocolVersion.Current);
    }

    /// <summary>Tells when a transfer has begun, and how far it is.</summary>
    private sealed class Begun : IProgress<TransferProgress>
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _bytes;

        public Task Task => _begun.Task;

        public long Bytes => Volatile.Read(ref _bytes);

        public void Report(TransferProgress value)
        {
            Volatile.Write(ref _bytes, value.Bytes);
            _begun.TrySetResult();
        }
    }
}
