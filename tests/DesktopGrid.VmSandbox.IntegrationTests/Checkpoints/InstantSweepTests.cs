using System.Buffers.Binary;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Checkpoints;

/// <summary>A host that was killed between a checkpoint's instant and its row leaves the instant in the machine's disk: the next start or resume removes it.</summary>
[CancelAfter(240_000)]
internal sealed class InstantSweepTests : StoreFixture
{
    private const string Kept = "kept";

    protected override bool KillsHosts => true;

    [TestCase("resume")]
    [TestCase("start", Category = "Long")]
    public async Task An_instant_without_a_checkpoint_goes_and_one_with_a_checkpoint_stays(string verb, CancellationToken cancellationToken)
    {
        var id = await LeaveInstantAsync();
        (await InstantsAsync(id)).Should().Be(2, "the host was killed when the disk had the second");
        await using var host = await Store.OpenHostAsync();

        if (verb == "resume")
        {
            await host.Machines.ResumeAsync(id, Kept, cancellationToken);
            (await (await host.OpenSessionAsync(id, cancellationToken)).GetTextAsync("file", cancellationToken: cancellationToken)).Should().Be("then");
        }
        else
        {
            await host.Machines.StartAsync(id, cancellationToken);
        }

        (await InstantsAsync(id)).Should().Be(1, "the other is the checkpoint's");
        await host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
        (await host.Machines.ResumeAsync(id, cancellationToken: cancellationToken)).Name.Should().Be(Kept);
        (await (await host.OpenSessionAsync(id, cancellationToken)).GetTextAsync("file", cancellationToken: cancellationToken)).Should().Be("then");
        await host.Machines.DestroyAsync(id, cancellationToken);
    }

    private async Task<VmId> LeaveInstantAsync()
    {
        await using var other = TestHostProcess.Start(Store, "verbs");
        await other.TellAsync("1 create");
        var id = (await other.HearAsync("1 ok")).Split(' ')[2];
        foreach (var line in (string[])[$"2 start {id}", $"3 put {id} then", $"4 checkpoint {id} {Kept}", "5 arm host checkpoint.instant"])
        {
            await other.TellAsync(line);
            await other.HearAsync($"{line[0]} ok");
        }

        await other.TellAsync($"6 checkpoint {id} next");
        await other.HearAsync("reached checkpoint.instant");
        await Eventually.HoldsAsync(() => !ProcessTable.IsAlive(other.Id), "it was killed");
        // The last of its threads is gone only then, with the locks that they share.
        await other.KillAsync();
        await Eventually.HoldsAsync(() => ProcessTable.Naming($"vmsandbox-{id}").Count == 0, "its QEMU ends with it");
        return VmId.Parse(id);
    }

    private async Task<int> InstantsAsync(VmId id)
    {
        await using var overlay = new FileStream(Path.Combine(Store.StorePath, "machines", id.ToString(), "root.qcow2"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var header = new byte[64];
        await overlay.ReadExactlyAsync(header);
        return BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(60));
    }
}
