using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Checkpoints;

/// <summary>Memory that a guest frees goes back to the host, whichever way the machine came to run; one that shares its memory keeps what it wrote.</summary>
[CancelAfter(300_000)]
internal sealed class ReturnedMemoryTests : StoreFixture
{
    private const int MemoryMiB = 384;
    private const long Taken = 200_000_000, Back = 120_000_000;

    [TestCase(StartPath.Cold, Category = "Long")]
    [TestCase(StartPath.Template)]
    [TestCase(StartPath.Resumed, Category = "Long")]
    public async Task What_a_program_took_and_freed_goes_back_to_the_host(StartPath path, CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(new VmOptions { MemoryMiB = MemoryMiB, WarmStart = path != StartPath.Cold }, cancellationToken);
        if (path == StartPath.Resumed)
        {
            await Host.Machines.CheckpointAsync(id, "before", cancellationToken);
            await Host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
            await Host.Machines.ResumeAsync(id, "before", cancellationToken);
        }

        var (before, full) = await FillAsync(id, cancellationToken);

        await Eventually.HoldsAsync(() => MemoryAsync(id).GetAwaiter().GetResult() < full - Back, "the guest's kernel tells it some seconds later", TimeSpan.FromSeconds(60));
        await TestContext.Out.WriteLineAsync($"{path}: {before / 1e6:0} MB, with 200 MB {full / 1e6:0} MB, then {await MemoryAsync(id) / 1e6:0} MB");
        (await Host.Machines.GetStatusAsync(id, cancellationToken)).StartPath.Should().Be(path);
        (await (await Host.OpenSessionAsync(id, cancellationToken)).ShellAsync("echo whole", cancellationToken)).Output.Should().Be("whole\n");
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    [Category("Long")]
    public async Task A_machine_that_shares_its_memory_keeps_what_it_took_and_takes_nothing_from_the_others(CancellationToken cancellationToken)
    {
        var options = new VmOptions { MemoryMiB = MemoryMiB, ShareMemory = true };
        var (id, other) = (await Host.StartNewAsync(options, cancellationToken), await Host.StartNewAsync(options, cancellationToken));

        var (before, full) = await FillAsync(id, cancellationToken);

        await TestContext.Out.WriteLineAsync($"shared: {before / 1e6:0} MB, with 200 MB {full / 1e6:0} MB");
        (await (await Host.OpenSessionAsync(other, cancellationToken)).ShellAsync("echo whole", cancellationToken)).Output.Should().Be("whole\n");
        await Host.Machines.DestroyAsync(id, cancellationToken);
        await Host.Machines.DestroyAsync(other, cancellationToken);
    }

    /// <summary>Has a program take memory and end: tail keeps what it reads until a line ends. The guest's kernel waits two seconds before it tells what is free.</summary>
    private async Task<(long Before, long Full)> FillAsync(VmId id, CancellationToken cancellationToken)
    {
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        var before = await MemoryAsync(id);
        (await session.ShellAsync($"head -c {Taken} /dev/zero | tr '\\0' x | tail -n 1 > /dev/null", cancellationToken)).ExitCode.Should().Be(0);
        var full = await MemoryAsync(id);
        full.Should().BeGreaterThan(before + Back);
        return (before, full);
    }

    private async Task<long> MemoryAsync(VmId id) => (await Host.Machines.GetStatusAsync(id)).MemoryBytes;
}
