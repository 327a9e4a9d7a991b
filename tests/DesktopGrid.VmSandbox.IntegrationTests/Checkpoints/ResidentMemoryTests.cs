using System.Globalization;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Checkpoints;

/// <summary>
/// A checkpoint reads all of a machine's RAM, most of which no guest has touched: it must not come to be in the host's memory by that, whichever way
/// the machine came to run.
/// </summary>
[CancelAfter(300_000)]
internal sealed class ResidentMemoryTests : StoreFixture
{
    private const int MemoryMiB = 512;

    // What QEMU needs for the checkpoint, and the guest for going on meanwhile; far below what this guest has never touched.
    private const long MostGrowth = 64L * 1024 * 1024;
    private const long Ram = MemoryMiB * 1024L * 1024;

    [TestCase(StartPath.Cold)]
    [TestCase(StartPath.Template)]
    [TestCase(StartPath.Resumed)]
    public async Task A_checkpoint_does_not_make_a_machine_as_large_as_its_RAM(StartPath path, CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(new VmOptions { MemoryMiB = MemoryMiB, WarmStart = path != StartPath.Cold }, cancellationToken);
        if (path == StartPath.Resumed)
        {
            await Host.Machines.CheckpointAsync(id, "before", cancellationToken);
            await Host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
            await Host.Machines.ResumeAsync(id, "before", cancellationToken);
        }

        await (await Host.OpenSessionAsync(id, cancellationToken)).PingAsync(cancellationToken);
        var before = await ReadAsync(id, path, cancellationToken);
        before.Resident.Should().BeLessThan(Ram - (2 * MostGrowth), "there is much that it has not touched, which a checkpoint could bring in");

        await Host.Machines.CheckpointAsync(id, "first", cancellationToken);
        var first = await ReadAsync(id, path, cancellationToken);
        await Host.Machines.CheckpointAsync(id, "second", cancellationToken);
        var second = await ReadAsync(id, path, cancellationToken);

        await TestContext.Out.WriteLineAsync($"{path}: before {before}, after the first {first}, after the second {second}");
        foreach (var after in (Reading[])[first, second])
        {
            (after.Told - before.Told).Should().BeLessThan(MostGrowth, "it is what a client is told");
            (after.Resident - before.Resident).Should().BeLessThan(MostGrowth, "it is what the kernel says");
        }

        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    private async Task<Reading> ReadAsync(VmId id, StartPath path, CancellationToken cancellationToken)
    {
        var status = await Host.Machines.GetStatusAsync(id, cancellationToken);
        status.StartPath.Should().Be(path);
        // "VmRSS:     123456 kB" (proc_pid_status(5)).
        var line = (await File.ReadAllLinesAsync($"/proc/{status.ProcessId}/status", cancellationToken)).Single(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return new Reading(status.MemoryBytes, long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024);
    }

    private sealed record Reading(long Told, long Resident);
}
