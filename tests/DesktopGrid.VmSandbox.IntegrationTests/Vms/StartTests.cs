using System.Diagnostics;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Vms;

/// <summary>start when it is given up, and when the guest does not come up.</summary>
internal sealed class StartTests : StoreFixture
{
    private static readonly VmState[] LegalAfterCancelling = [VmState.Created, VmState.Failed, VmState.Running];

    [TestCase(5)]
    [TestCase(60, Category = "Long")]
    [CancelAfter(1_200_000)]
    public async Task A_start_that_is_cancelled_at_any_moment_leaves_a_state_of_the_table_and_no_process(int rounds, CancellationToken cancellationToken)
    {
        var longest = Stopwatch.StartNew();
        await Host.Machines.DestroyAsync(await Host.StartNewAsync(cancellationToken: cancellationToken), cancellationToken);
        longest.Stop();
        var random = new Random(rounds);
        for (var i = 0; i < rounds; i++)
        {
            var id = await Host.Machines.CreateAsync(new VmOptions(), cancellationToken);
            var moment = longest.Elapsed * random.NextDouble();
            using var cancelled = new CancellationTokenSource(moment);

            var end = await TryAsync(Host.Machines.StartAsync(id, cancelled.Token));

            var state = await Host.StateAsync(id);
            TestContext.Out.WriteLine($"cancelled after {moment.TotalMilliseconds:0} ms: {end}, {state}");
            LegalAfterCancelling.Should().Contain(state);
            (state == VmState.Running).Should().Be(end == "started");
            if (state != VmState.Running)
            {
                await Eventually.HoldsAsync(() => ProcessTable.Naming(id.ToString()).Count == 0, "no process is left of a start that was given up");
                Directory.Exists(Path.Combine(LeakCheck.RuntimeRoot, id.ToString())).Should().BeFalse();
                (await Host.Machines.GetStatusAsync(id, cancellationToken)).LastError.Should().Contain("cancelled");
            }

            await Host.Machines.DestroyAsync(id, cancellationToken);
        }
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_machine_whose_start_was_cancelled_can_be_started_again(CancellationToken cancellationToken)
    {
        var id = await Host.Machines.CreateAsync(new VmOptions(), cancellationToken);
        using var cancelled = new CancellationTokenSource();
        var starting = Host.Machines.StartAsync(id, cancelled.Token);
        await Eventually.HoldsAsync(() => ProcessTable.Naming($"vmsandbox-{id}").Count > 0, "QEMU has been started");
        await cancelled.CancelAsync();
        await FluentActions.Awaiting(() => starting).Should().ThrowAsync<OperationCanceledException>();

        await Host.Machines.StartAsync(id, cancellationToken);

        await (await Host.OpenSessionAsync(id, cancellationToken)).PingAsync(cancellationToken);
        (await Host.Machines.GetStatusAsync(id, cancellationToken)).LastError.Should().BeNull();
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_kernel_that_panics_is_told_with_its_last_words(CancellationToken cancellationToken)
    {
        using var image = AlteredImage.ThatPanicsAtBoot();
        await using var host = await Store.OpenHostAsync(options => options.GuestImage = image.Folder);
        var id = await host.Machines.CreateAsync(new VmOptions(), cancellationToken);

        var failure = (await FluentActions.Awaiting(() => host.Machines.StartAsync(id, cancellationToken)).Should().ThrowAsync<VmException>()).Which;

        (failure.Code, failure.Verb, failure.Step).Should().Be((SandboxErrorCode.MachineEnded, VmVerb.Start, "start.boot"));
        failure.Message.Should().Contain("Kernel panic");
        failure.Evidence.ConsoleLines.Should().Contain(static line => line.Contains("Kernel panic", StringComparison.Ordinal));
        var status = await host.Machines.GetStatusAsync(id, cancellationToken);
        status.State.Should().Be(VmState.Failed);
        status.LastError.Should().Contain("Kernel panic");
        await host.Machines.DestroyAsync(id, cancellationToken);
    }

    [TestCase(false)]
    [TestCase(true)]
    [CancelAfter(180_000)]
    public async Task A_guest_that_does_not_become_ready_in_time_is_ended_and_not_waited_for_twice(bool warmStart, CancellationToken cancellationToken)
    {
        using var image = AlteredImage.ThatHangsAtBoot();
        await using var host = await Store.OpenHostAsync(options => options.GuestImage = image.Folder);
        var id = await host.Machines.CreateAsync(new VmOptions { BootTimeout = TimeSpan.FromSeconds(4), WarmStart = warmStart }, cancellationToken);
        var clock = Stopwatch.StartNew();

        var starting = host.Machines.StartAsync(id, cancellationToken);
        (await host.Machines.GetStatusAsync(id, cancellationToken)).State.Should().Be(VmState.Created);
        starting.IsCompleted.Should().BeFalse("a status does not wait for a boot");
        var failure = (await FluentActions.Awaiting(() => starting).Should().ThrowAsync<VmException>()).Which;

        failure.Code.Should().Be(SandboxErrorCode.MachineBootTimeout);
        failure.Message.Should().Contain("4 s").And.Contain("BootTimeout");
        failure.IsTransient.Should().BeTrue();
        (failure.Machine, failure.Step).Should().Be((id.ToString(), "start.boot"));
        clock.Elapsed.Should().BeGreaterThan(TimeSpan.FromSeconds(4));
        var status = await host.Machines.GetStatusAsync(id, cancellationToken);
        status.LastError.Should().Contain("4 s");
        // Where the template's guest was waited for, the machine's own was not even tried.
        (status.State, status.StartPath).Should().Be(warmStart ? (VmState.Created, null) : (VmState.Failed, StartPath.Cold));
        await host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task When_the_daemon_dies_the_machine_ends_and_the_host_is_told_why(CancellationToken cancellationToken)
    {
        using var image = AlteredImage.WhoseDaemonCanBeKilled();
        await using var host = await Store.OpenHostAsync(options => options.GuestImage = image.Folder);
        var id = await host.StartNewAsync(cancellationToken: cancellationToken);
        var session = await host.OpenSessionAsync(id, cancellationToken);

        try
        {
            await session.PutAsync("die", new MemoryStream("die"u8.ToArray()), cancellationToken: cancellationToken);
        }
        catch (SessionException e) when (e.Code == SandboxErrorCode.MachineEnded)
        {
            // It may die before it has answered.
        }

        await host.WaitForStateAsync(id, VmState.Failed);

        (await host.Machines.GetStatusAsync(id, cancellationToken)).LastError.Should().Contain("Kernel panic - not syncing: Attempted to kill init");
        (await FluentActions.Awaiting(() => session.PingAsync(cancellationToken)).Should().ThrowAsync<SandboxException>()).Which.Code.Should().Be(SandboxErrorCode.MachineEnded);
        await host.Machines.DestroyAsync(id, cancellationToken);
    }

    /// <summary>An act that is given up at a moment which nobody knows has succeeded or says that it was cancelled; anything else fails the test.</summary>
    private static async Task<string> TryAsync(Task act)
    {
        try
        {
            await act;
            return "started";
        }
        catch (OperationCanceledException)
        {
            return "cancelled";
        }
    }
}
