using System.Diagnostics;
using System.Globalization;
using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Standing;

/// <summary>suspend stops the guest's work and its clock, and costs the host nothing while it lasts.</summary>
internal sealed class SuspendTests : StoreFixture
{
    private static readonly TimeSpan Standing = TimeSpan.FromSeconds(3);

    [Test]
    [Category("AlsoAsRoot")]
    [CancelAfter(180_000)]
    public async Task A_suspended_guest_does_not_work_and_does_not_age_and_goes_on_afterwards(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        await session.StartAsync(new TaskStartRequest { TaskId = "t", Program = "/bin/sh", Arguments = ["-c", "i=0; while :; do i=$((i+1)); echo $i; done"] }, cancellationToken: cancellationToken);
        var aged = Stopwatch.StartNew();
        var before = (await session.PingAsync(cancellationToken)).UptimeMs;

        await Host.Machines.SuspendAsync(id, cancellationToken);
        var suspended = await Host.Machines.GetStatusAsync(id, cancellationToken);
        await Task.Delay(Standing, cancellationToken);
        var stillSuspended = await Host.Machines.GetStatusAsync(id, cancellationToken);
        await Host.Machines.ContinueAsync(id, cancellationToken);
        var after = (await session.PingAsync(cancellationToken)).UptimeMs;
        aged.Stop();

        suspended.State.Should().Be(VmState.Suspended);
        (stillSuspended.CpuTime - suspended.CpuTime).Should().BeLessThan(TimeSpan.FromMilliseconds(100), "virtual CPUs that stand use no processor");
        (after - before).Should().BeLessThan((long)(aged.Elapsed - Standing).TotalMilliseconds + 100, "the guest's clock stood meanwhile");
        var counted = (await session.GetTaskAsync(cancellationToken)).StdoutLength;
        await Eventually.HoldsAsync(() => session.GetTaskAsync(cancellationToken).GetAwaiter().GetResult().StdoutLength > counted, "the program goes on");
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_program_loses_and_doubles_nothing_by_many_suspensions(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        await session.StartAsync(new TaskStartRequest { TaskId = "t", Program = "/bin/sh", Arguments = ["-c", "i=0; while [ $i -lt 10000 ]; do i=$((i+1)); echo $i; done"] }, cancellationToken: cancellationToken);
        var output = new StringBuilder();
        var following = FollowAsync();

        for (var i = 0; i < 20; i++)
        {
            await Host.Machines.SuspendAsync(id, cancellationToken);
            await Host.Machines.ContinueAsync(id, cancellationToken);
        }

        await following;
        var numbers = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => int.Parse(line, CultureInfo.InvariantCulture));
        numbers.Should().Equal(Enumerable.Range(1, 10000));
        await Host.Machines.DestroyAsync(id, cancellationToken);

        async Task FollowAsync()
        {
            await foreach (var happened in session.FollowAsync(cancellationToken: cancellationToken))
            {
                if (happened is TaskOutput { IsError: false } written)
                {
                    output.Append(Encoding.UTF8.GetString(written.Bytes.Span));
                }
            }
        }
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_request_to_a_suspended_guest_waits_beyond_its_bound_and_is_answered_afterwards(CancellationToken cancellationToken)
    {
        await using var host = await Store.OpenHostAsync(options => options.Session.RequestTimeout = TimeSpan.FromSeconds(1));
        var id = await host.StartNewAsync(cancellationToken: cancellationToken);
        var session = await host.OpenSessionAsync(id, cancellationToken);

        await host.Machines.SuspendAsync(id, cancellationToken);
        var ping = session.PingAsync(cancellationToken);
        await Task.Delay(Standing, cancellationToken);
        ping.IsCompleted.Should().BeFalse("a guest that stands neither answers nor is to blame");
        await host.Machines.ContinueAsync(id, cancellationToken);

        (await ping).UptimeMs.Should().BePositive();
        await host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_request_to_a_suspended_guest_ends_with_its_caller_or_its_machine(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        await Host.Machines.SuspendAsync(id, cancellationToken);

        using var caller = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ping = session.PingAsync(caller.Token);
        await caller.CancelAsync();
        await FluentActions.Awaiting(() => ping).Should().ThrowAsync<OperationCanceledException>();

        var second = session.PingAsync(cancellationToken);
        await Host.Machines.StopAsync(id, cancellationToken: cancellationToken);
        (await FluentActions.Awaiting(() => second).Should().ThrowAsync<SandboxException>()).Which.Code.Should().Be(SandboxErrorCode.MachineEnded);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_suspended_machine_is_stopped_without_waiting_for_its_guest(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        await Host.Machines.SuspendAsync(id, cancellationToken);

        var clock = Stopwatch.StartNew();
        await Host.Machines.StopAsync(id, TimeSpan.FromMinutes(5), cancellationToken);

        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(30), "a guest that stands cannot answer, so it is not asked");
        (await Host.StateAsync(id)).Should().Be(VmState.Stopped);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }
}
