using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Vms;

/// <summary>Two host processes on one store.</summary>
internal sealed class TwoHostsTests : StoreFixture
{
    [Test]
    [CancelAfter(180_000)]
    public async Task A_machine_that_another_process_holds_can_be_looked_at_and_nothing_else(CancellationToken cancellationToken)
    {
        await using var other = TestHostProcess.Start(Store, "machine");
        var words = await other.WaitForAsync("running");
        var id = VmId.Parse(words[1]);

        var status = await Host.Machines.GetStatusAsync(id, cancellationToken);
        (status.State, $"{status.ProcessId}").Should().Be((VmState.Running, words[2]));
        foreach (var act in (Func<Task>[])
        [
            () => Host.Machines.LoadAsync(id, cancellationToken),
            () => Host.Machines.SuspendAsync(id, cancellationToken),
            () => Host.Machines.StopAsync(id, cancellationToken: cancellationToken),
            () => Host.Machines.DestroyAsync(id, cancellationToken),
            () => Host.OpenSessionAsync(id, cancellationToken),
        ])
        {
            var busy = (await FluentActions.Awaiting(act).Should().ThrowAsync<VmException>()).Which;
            (busy.Code, busy.IsTransient).Should().Be((SandboxErrorCode.MachineBusy, true));
        }

        (await other.EndAsync()).Should().Be(0);
        (await Host.StateAsync(id)).Should().Be(VmState.Stopped, "a host that closes ends its machines");
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_store_that_is_opened_by_a_second_process_is_not_swept_under_the_first(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);

        await using var other = TestHostProcess.Start(Store, "churn", "1");
        await other.WaitForAsync("churned");

        await (await Host.OpenSessionAsync(id, cancellationToken)).PingAsync(cancellationToken);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Several_processes_that_make_and_remove_machines_at_once_do_not_disturb_each_other(CancellationToken cancellationToken)
    {
        const int rounds = 25;
        var others = new[] { TestHostProcess.Start(Store, "churn", $"{rounds}"), TestHostProcess.Start(Store, "churn", $"{rounds}") };
        for (var i = 0; i < rounds; i++)
        {
            var id = await Host.Machines.CreateAsync(new VmOptions(), cancellationToken);
            (await Host.Machines.ListAsync(cancellationToken)).Should().Contain(status => status.Id == id);
            // Another opening sweeps what belongs to nobody: these belong to somebody.
            await using (await Store.OpenHostAsync())
            {
            }

            await Host.Machines.DestroyAsync(id, cancellationToken);
        }

        foreach (var other in others)
        {
            await other.WaitForAsync("churned");
            (await other.EndAsync()).Should().Be(0);
            await other.DisposeAsync();
        }
    }
}
