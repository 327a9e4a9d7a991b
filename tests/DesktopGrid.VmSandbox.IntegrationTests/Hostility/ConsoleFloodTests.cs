using System.Diagnostics;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Hostility;

/// <summary>A guest whose root writes to the console without pause.</summary>
internal sealed class ConsoleFloodTests
{
    private static readonly TimeSpan Flooding = TimeSpan.FromSeconds(5);

    // It comes through so slowly that the log's first part is full after half a minute only.
    [TestCase(false)]
    [TestCase(true, Category = "Long")]
    [CancelAfter(240_000)]
    public async Task A_flood_of_lines_fills_neither_the_logs_disk_nor_a_core_of_the_host_and_breaks_no_work(bool fillsLog, CancellationToken cancellationToken)
    {
        using var image = AlteredImage.WhoseRootRuns("until [ -e /work/flood ]; do sleep 0.1; done; exec yes x >/dev/console");
        await using var store = await TempStore.OpenAsync(options => options.GuestImage = image.Folder);
        var id = await store.Host.StartNewAsync(cancellationToken: cancellationToken);
        var session = await store.Host.OpenSessionAsync(id, cancellationToken);
        await session.PutTextAsync("flood", "", cancellationToken: cancellationToken);
        await Eventually.HoldsAsync(() => LogOf(store).Any(file => fillsLog ? file.Name.EndsWith(MachineLog.OlderSuffix, StringComparison.Ordinal) : file.Length > 100_000), "the flood is in the log", TimeSpan.FromMinutes(1));

        using var self = Process.GetCurrentProcess();
        var (clock, used, rounds, largest) = (Stopwatch.StartNew(), self.TotalProcessorTime, 0, 0L);
        while (clock.Elapsed < Flooding)
        {
            var end = await session.ShellAsync("echo here", cancellationToken);
            (end.ExitCode, end.Output).Should().Be((0, "here\n"));
            largest = Math.Max(largest, LogOf(store).Sum(static file => file.Length));
            rounds++;
        }

        self.Refresh();
        var share = (self.TotalProcessorTime - used) / clock.Elapsed;
        TestContext.Out.WriteLine($"{rounds} programs, {share:P0} of a core, {largest} bytes of log");
        largest.Should().BeLessThanOrEqualTo(MachineLog.DefaultMaxBytes + 100_000);
        share.Should().BeLessThan(0.5, "the flood must wait for the host, not the host for the flood");
        var newest = await store.Host.ReadLogAsync(id, new LogQuery { Tail = 5, Sources = [LogSource.Console] }, cancellationToken).ToListAsync(cancellationToken);
        newest.Should().HaveCount(5).And.OnlyContain(static line => line.Text == "x");
        await store.Host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
        await store.Host.Machines.DestroyAsync(id, cancellationToken);
    }

    private static FileInfo[] LogOf(TempStore store) => new DirectoryInfo(Path.Combine(store.StorePath, "logs")).GetFiles();
}
