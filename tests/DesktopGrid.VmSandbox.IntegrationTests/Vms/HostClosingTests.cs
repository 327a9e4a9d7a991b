using System.Diagnostics;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Vms;

/// <summary>A host that is closed while something is under way.</summary>
internal sealed class HostClosingTests : StoreFixture
{
    [Test]
    [CancelAfter(180_000)]
    public async Task A_start_under_way_and_a_verb_that_waits_for_it_are_given_up(CancellationToken cancellationToken)
    {
        using var image = AlteredImage.ThatHangsAtBoot();
        var host = await Store.OpenHostAsync(options => options.GuestImage = image.Folder);
        var id = await host.Machines.CreateAsync(new VmOptions { WarmStart = false }, cancellationToken);
        var starting = host.Machines.StartAsync(id, cancellationToken);
        await Eventually.HoldsAsync(() => ProcessTable.Naming($"vmsandbox-{id}").Count > 0, "QEMU is being started");
        var waiting = host.Machines.GetStatusAsync(id, cancellationToken);
        var clock = Stopwatch.StartNew();

        await host.DisposeAsync();

        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(30), "nobody waits two minutes for a guest that is to be ended");
        await FluentActions.Awaiting(() => starting).Should().ThrowAsync<ObjectDisposedException>();
        // It is given up, or comes to its turn when the start has been: both are an end in time.
        await ((Task)waiting).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        (waiting.Exception?.InnerException is null or ObjectDisposedException).Should().BeTrue();
        (await Host.StateAsync(id)).Should().BeOneOf(VmState.Failed, VmState.Created);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_job_under_way_says_that_it_may_have_run_and_leaves_nothing(CancellationToken cancellationToken)
    {
        var host = await Store.OpenHostAsync();
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var job = host.RunAsync(
            TestJobs.Shell("echo running; sleep 1000"),
            onOutput: _ =>
            {
                running.TrySetResult();
                return ValueTask.CompletedTask;
            },
            cancellationToken: cancellationToken);
        await running.Task.WaitAsync(cancellationToken);

        await host.DisposeAsync();

        var failure = (await FluentActions.Awaiting(() => job).Should().ThrowAsync<JobException>()).Which;
        (failure.Code, failure.Fate).Should().Be((SandboxErrorCode.MachineEnded, TaskFate.MayHaveRun));
        failure.Message.Should().Contain("closed");
        (await Host.Machines.ListAsync(cancellationToken)).Should().BeEmpty();
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_machine_that_died_unseen_before_the_host_closed_is_failed_and_one_that_ran_is_stopped(CancellationToken cancellationToken)
    {
        VmId died, ran;
        await using (var host = await Store.OpenHostAsync())
        {
            died = await host.StartNewAsync(cancellationToken: cancellationToken);
            ran = await host.StartNewAsync(cancellationToken: cancellationToken);
            await host.KillQemuAsync(died);
            await Eventually.HoldsAsync(() => ProcessTable.Naming($"vmsandbox-{died}").Count == 0, "it is dead");
        }

        (await Host.StateAsync(died)).Should().Be(VmState.Failed);
        (await Host.StateAsync(ran)).Should().Be(VmState.Stopped);
        await Host.Machines.DestroyAsync(died, cancellationToken);
        await Host.Machines.DestroyAsync(ran, cancellationToken);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_machine_that_cannot_be_cleared_away_does_not_keep_the_others(CancellationToken cancellationToken)
    {
        var host = await Store.OpenHostAsync();
        var ids = new[] { await host.StartNewAsync(cancellationToken: cancellationToken), await host.StartNewAsync(cancellationToken: cancellationToken) };
        // In each, a folder that its own user may not enter; root may, and has nothing to test here.
        var walls = ids.Select(static id => Directory.CreateDirectory(Path.Combine(LeakCheck.RuntimeRoot, id.ToString(), "wall", "stone")).Parent!.FullName).ToList();
        walls.ForEach(static wall => File.SetUnixFileMode(wall, UnixFileMode.None));

        var closing = () => host.DisposeAsync().AsTask();
        if (!Environment.IsPrivilegedProcess)
        {
            (await closing.Should().ThrowAsync<SandboxException>()).Which.Message.Should().Contain("cannot be removed");
            walls.ForEach(static wall => File.SetUnixFileMode(wall, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        }

        await closing.Should().NotThrowAsync();
        foreach (var id in ids)
        {
            ProcessTable.Naming($"vmsandbox-{id}").Should().BeEmpty();
            await Host.Machines.DestroyAsync(id, cancellationToken);
        }
    }

    [Test]
    public async Task A_closed_host_refuses_everything_and_may_be_closed_again()
    {
        var host = await Store.OpenHostAsync();
        var id = await host.Machines.CreateAsync(new VmOptions());
        await host.DisposeAsync();

        await FluentActions.Awaiting(() => host.Machines.CreateAsync(new VmOptions())).Should().ThrowAsync<ObjectDisposedException>();
        await FluentActions.Awaiting(() => host.Machines.StartAsync(id)).Should().ThrowAsync<ObjectDisposedException>();
        await FluentActions.Awaiting(() => host.Machines.ListAsync()).Should().ThrowAsync<ObjectDisposedException>();
        (await FluentActions.Awaiting(() => host.RunAsync(TestJobs.Shell("true"))).Should().ThrowAsync<ObjectDisposedException>()).Which.ObjectName.Should().Be(typeof(SandboxHost).FullName);
        await host.DisposeAsync();
        await Host.Machines.DestroyAsync(id);
    }
}
