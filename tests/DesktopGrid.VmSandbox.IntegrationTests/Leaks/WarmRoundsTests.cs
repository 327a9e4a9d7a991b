using System.Diagnostics;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Vms;
using Microsoft.Extensions.Logging.Abstractions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Leaks;

/// <summary>A grid's client that stays open for months: warm start, ping, destroy, again and again, and nothing piles up.</summary>
internal sealed class WarmRoundsTests : StoreFixture
{
    // By then everything has run once that is made once and kept, and most of it is compiled.
    private const int Settled = 20;

    [TestCase(40, false)]
    [TestCase(40, true)]
    [TestCase(1000, false, Category = "Long")]
    [TestCase(1000, true, Category = "Long")]
    [CancelAfter(1_800_000)]
    public async Task Rounds_of_start_ping_and_destroy_leak_neither_memory_nor_descriptors_nor_processes_nor_files(int count, bool isShared, CancellationToken cancellationToken)
    {
        var leaks = LeakCheck.Begin(Store);
        // The test's own log would be what grows.
        await using var host = await Store.OpenHostAsync(loggers: NullLoggerFactory.Instance);
        Reading? settled = null;
        for (var round = 1; round <= count; round++)
        {
            var id = await host.StartNewAsync(new VmOptions { MemoryMiB = 128, ShareMemory = isShared }, cancellationToken);
            await (await host.OpenSessionAsync(id, cancellationToken)).PingAsync(cancellationToken);
            (await host.Machines.GetStatusAsync(id, cancellationToken)).StartPath.Should().Be(isShared ? StartPath.SharedTemplate : StartPath.Template);
            await host.Machines.DestroyAsync(id, cancellationToken);
            if (round == Settled)
            {
                settled = Reading.Take(Store.StorePath);
            }
        }

        var end = Reading.Take(Store.StorePath);
        await TestContext.Out.WriteLineAsync($"after {Settled} rounds {settled}; after {count} {end}");
        (end.Heap - settled!.Heap).Should().BeLessThan(2_000_000, "what a round keeps would be kept a hundred times");
        // The runtime grows its own parts for a while: compiled code, buffers, stacks.
        (end.Resident - settled.Resident).Should().BeLessThan(40_000_000, "no memory beside the managed heap piles up either");
        (end.Descriptors - settled.Descriptors).Should().BeLessThan(8, "the catalog's connections come and go, and nothing else");
        (end.Threads - settled.Threads).Should().BeLessThan(16, "the pool's threads come and go, and no other");
        end.Children.Should().Be(settled.Children);
        end.Files.Should().Be(settled.Files);
        await host.DisposeAsync();
        await leaks.NothingIsLeftAsync();
    }

    private sealed record Reading(long Heap, long Resident, int Descriptors, int Threads, int Children, int Files)
    {
        public static Reading Take(string store)
        {
            for (var i = 0; i < 3; i++)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
            }

            using var self = Process.GetCurrentProcess();
            return new Reading(
                GC.GetTotalMemory(forceFullCollection: true),
                self.WorkingSet64,
                Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(),
                self.Threads.Count,
                ProcessTable.ChildrenOf(Environment.ProcessId).Count,
                Directory.EnumerateFileSystemEntries(store, "*", SearchOption.AllDirectories).Count());
        }
    }
}
