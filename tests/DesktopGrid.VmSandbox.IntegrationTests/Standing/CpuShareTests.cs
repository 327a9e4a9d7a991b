using System.Diagnostics;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Standing;

/// <summary>What a guest that takes all it can gets of the host's processors, by the CPU time of its QEMU.</summary>
[CancelAfter(300_000)]
internal sealed class CpuShareTests : StoreFixture
{
    private const string Busy = "while :; do :; done";

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    [Test]
    public async Task A_share_is_kept_to_changed_and_ended_while_the_machine_runs_and_stands_back_behind_every_verb(CancellationToken cancellationToken)
    {
        var id = await StartBusyAsync(1, 1, cancellationToken);
        var all = await RateAsync(id, cancellationToken);

        await Host.Machines.SetCpuShareAsync(id, 30, cancellationToken);
        var first = await RateAsync(id, cancellationToken);
        await Host.Machines.SetCpuShareAsync(id, 10, cancellationToken);
        var second = await RateAsync(id, cancellationToken);

        await TestContext.Out.WriteLineAsync($"all {all:0.000}, of 30 per cent {first:0.000}, of 10 per cent {second:0.000}");
        // A host that is busy itself may have less for it.
        first.Should().BeInRange(Math.Min(0.27, all * 0.8), 0.33);
        second.Should().BeInRange(Math.Min(0.085, all * 0.8), 0.115);
        (await Host.Machines.GetStatusAsync(id, cancellationToken)).CpuSharePercent.Should().Be(10);

        await Host.Machines.SuspendAsync(id, cancellationToken);
        (await RateAsync(id, cancellationToken)).Should().BeLessThan(0.02, "what is suspended stays so");
        (await Host.StateAsync(id)).Should().Be(VmState.Suspended);
        await Host.Machines.ContinueAsync(id, cancellationToken);
        await Host.Machines.CheckpointAsync(id, "throttled", cancellationToken);

        await Host.Machines.SetCpuShareAsync(id, 100, cancellationToken);
        (await Host.Machines.GetStatusAsync(id, cancellationToken)).CpuSharePercent.Should().BeNull();
        (await RateAsync(id, cancellationToken)).Should().BeGreaterThan(Math.Min(0.5, all * 0.7));
        (await Host.Machines.QuitAsync(id, cancellationToken: cancellationToken)).Should().NotBeNull();
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task A_share_is_refused_where_it_is_none_or_the_machine_does_not_run(CancellationToken cancellationToken)
    {
        var id = await Host.Machines.CreateAsync(new VmOptions(), cancellationToken);

        (await Host.Machines.Awaiting(machines => machines.SetCpuShareAsync(id, 50, cancellationToken)).Should().ThrowAsync<VmException>()).Which.Code.Should().Be(SandboxErrorCode.MachineState);
        await Host.Machines.Awaiting(machines => machines.SetCpuShareAsync(id, 4, cancellationToken)).Should().ThrowAsync<ArgumentOutOfRangeException>();
        await Host.Machines.Awaiting(machines => machines.SetCpuShareAsync(id, 101, cancellationToken)).Should().ThrowAsync<ArgumentOutOfRangeException>();
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    [Category("Long")]
    public async Task Two_busy_programs_have_one_processor_of_one_virtual_one_and_two_of_two(CancellationToken cancellationToken)
    {
        var one = await StartBusyAsync(1, 2, cancellationToken);
        (await RateAsync(one, cancellationToken)).Should().BeLessThan(1.1, "there is one virtual CPU");
        await Host.Machines.DestroyAsync(one, cancellationToken);

        var two = await StartBusyAsync(2, 2, cancellationToken);
        var rates = new List<double>();
        // The host's own work comes before it.
        while (rates.LastOrDefault() < 1.3 && rates.Count < 20)
        {
            rates.Add(await RateAsync(two, cancellationToken));
        }

        await TestContext.Out.WriteLineAsync(string.Join(", ", rates));
        rates[^1].Should().BeInRange(1.3, 2.15, "there are two");
        await Host.Machines.DestroyAsync(two, cancellationToken);
    }

    private async Task<VmId> StartBusyAsync(int virtualCpus, int programs, CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(new VmOptions { MemoryMiB = 128, VirtualCpus = virtualCpus }, cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        await session.StartAsync(SessionPhrases.Shell(string.Join(" & ", Enumerable.Repeat($"({Busy})", programs))), cancellationToken: cancellationToken);
        return id;
    }

    /// <summary>Processors that it had, over some seconds.</summary>
    private async Task<double> RateAsync(VmId id, CancellationToken cancellationToken)
    {
        var before = (await Host.Machines.GetStatusAsync(id, cancellationToken)).CpuTime;
        var clock = Stopwatch.StartNew();
        await Task.Delay(Window, cancellationToken);
        var used = (await Host.Machines.GetStatusAsync(id, cancellationToken)).CpuTime - before;
        return used / clock.Elapsed;
    }
}
