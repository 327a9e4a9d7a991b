using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Disks;

/// <summary>What a machine's own disk takes on the host, by the host's own count of blocks.</summary>
[CancelAfter(240_000)]
internal sealed class InstanceDiskTests : StoreFixture
{
    private const long Megabyte = 1_000_000;

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_machine_that_only_computes_stays_below_five_megabytes(bool warm, CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(new VmOptions { MemoryMiB = 128, WarmStart = warm }, cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);

        (await session.ShellAsync("i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done; echo $i; sync", cancellationToken)).ExitCode.Should().Be(0);

        var bytes = await DiskBytesAsync(id, cancellationToken);
        await TestContext.Out.WriteLineAsync($"{(warm ? "warm" : "cold")}: {bytes} bytes");
        bytes.Should().BeInRange(1, 5 * Megabyte);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task What_a_program_wrote_and_removed_is_given_back_to_the_host(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(new VmOptions { MemoryMiB = 128 }, cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        var before = await DiskBytesAsync(id, cancellationToken);

        (await session.ShellAsync("head -c 40000000 /dev/urandom > big && sync", cancellationToken)).ExitCode.Should().Be(0);
        var full = await DiskBytesAsync(id, cancellationToken);
        (await session.ShellAsync("rm big && sync", cancellationToken)).ExitCode.Should().Be(0);
        var emptied = await DiskBytesAsync(id, cancellationToken);

        await TestContext.Out.WriteLineAsync($"{before}, with 40 MB {full}, without them {emptied}");
        full.Should().BeGreaterThan(before + 40 * Megabyte);
        emptied.Should().BeLessThan(before + 4 * Megabyte);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    private async Task<long> DiskBytesAsync(VmId id, CancellationToken cancellationToken) => (await Host.Machines.GetStatusAsync(id, cancellationToken)).DiskBytes;
}
