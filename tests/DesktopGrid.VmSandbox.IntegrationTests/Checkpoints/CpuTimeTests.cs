using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Checkpoints;

/// <summary>The account of a machine's CPU time, over checkpoints, resumptions, and hosts that end in every way.</summary>
internal sealed class CpuTimeTests : StoreFixture
{
    private const string Computing = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done";

    [Test]
    [CancelAfter(300_000)]
    public async Task Processor_time_goes_on_over_a_checkpoint_a_quit_a_resumption_and_another_host(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(new VmOptions { MemoryMiB = 128 }, cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        await session.ShellAsync(Computing, cancellationToken);
        var begun = await CpuTimeAsync(Host, id);
        begun.Should().BePositive();

        await Host.Machines.QuitAsync(id, cancellationToken: cancellationToken);
        var quit = await CpuTimeAsync(Host, id);
        quit.Should().BeGreaterThanOrEqualTo(begun);

        await using var other = await Store.OpenHostAsync();
        (await CpuTimeAsync(other, id)).Should().Be(quit, "it is the machine's, whoever asks");
        await other.Machines.ResumeAsync(id, cancellationToken: cancellationToken);
        (await (await other.OpenSessionAsync(id, cancellationToken)).ShellAsync(Computing, cancellationToken)).ExitCode.Should().Be(0);
        (await CpuTimeAsync(other, id)).Should().BeGreaterThan(quit);
        await other.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Processor_time_until_the_last_checkpoint_is_known_after_host_and_machine_were_killed(CancellationToken cancellationToken)
    {
        var first = await Store.OpenHostAsync();
        VmId id;
        TimeSpan kept, ended;
        await using (first)
        {
            id = await first.StartNewAsync(new VmOptions { MemoryMiB = 128, OutlivesHost = true }, cancellationToken);
            await (await first.OpenSessionAsync(id, cancellationToken)).ShellAsync(Computing, cancellationToken);
            kept = await CpuTimeAsync(first, id);
            await first.Machines.CheckpointAsync(id, "kept", cancellationToken);
            ended = await CpuTimeAsync(first, id);
        }

        // Nobody has it in hand, as after a crash of its host: what its process used nobody can ask when it has gone.
        await Host.KillQemuAsync(id);
        await Host.WaitForStateAsync(id, VmState.Failed);
        await Host.Machines.LoadAsync(id, cancellationToken);

        (await CpuTimeAsync(Host, id)).Should().BeGreaterThanOrEqualTo(kept).And.BeLessThanOrEqualTo(ended);
        await Host.Machines.ResumeAsync(id, cancellationToken: cancellationToken);
        (await CpuTimeAsync(Host, id)).Should().BeGreaterThan(kept);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    private static async Task<TimeSpan> CpuTimeAsync(SandboxHost host, VmId id) => (await host.Machines.GetStatusAsync(id)).CpuTime;
}
