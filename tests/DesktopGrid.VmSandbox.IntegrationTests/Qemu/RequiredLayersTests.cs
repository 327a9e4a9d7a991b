using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Qemu;

/// <summary>Confinement layers that a caller demands.</summary>
internal sealed class RequiredLayersTests : StoreFixture
{
    [Test]
    [Category("AlsoAsRoot")]
    [CancelAfter(180_000)]
    public async Task Every_layer_that_is_on_here_can_be_demanded(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        var layers = (await Host.Machines.GetStatusAsync(id, cancellationToken)).Confinement;
        await Host.Machines.DestroyAsync(id, cancellationToken);
        var on = layers.Where(static layer => layer.IsOn).Select(static layer => layer.Layer).ToList();

        await using var host = await Store.OpenHostAsync(options => options.Qemu.RequiredLayers = on);
        (await host.RunAsync(TestJobs.Shell("exit 6"), cancellationToken)).ExitCode.Should().Be(6);
    }

    [Test]
    public async Task A_layer_that_cannot_be_had_refuses_the_start_by_its_name_and_leaves_no_process()
    {
        await using var host = await Store.OpenHostAsync(static options =>
        {
            options.Qemu.RequiredLayers = [ConfinementLayer.QemuSeccomp, ConfinementLayer.LowPriority];
            options.Qemu.Priority = ProcessPriority.Normal;
        });

        var failure = await host.FailAsync(TestJobs.Shell("true"), SandboxErrorCode.ConfinementUnavailable, TaskFate.NeverStarted);

        failure.Message.Should().Contain("LowPriority").And.Contain("normal priority was asked for");
    }

    [Test]
    public async Task A_machine_that_shall_outlive_its_host_cannot_die_with_it_and_stays_what_it_was()
    {
        await using var host = await Store.OpenHostAsync(static options => options.Qemu.RequiredLayers = [ConfinementLayer.DiesWithParent]);
        var id = await host.Machines.CreateAsync(new VmOptions { OutlivesHost = true });

        var failure = (await FluentActions.Awaiting(() => host.Machines.StartAsync(id)).Should().ThrowAsync<SandboxException>()).Which;

        failure.Code.Should().Be(SandboxErrorCode.ConfinementUnavailable);
        failure.Message.Should().Contain("DiesWithParent");
        var status = await host.Machines.GetStatusAsync(id);
        (status.State, status.LastError).Should().Be((VmState.Created, failure.Message));
        await host.Machines.DestroyAsync(id);
    }
}
