using System.Text;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;

namespace DesktopGrid.VmSandbox.IntegrationTests.Leaks;

/// <summary>What is made again and again must not pile up.</summary>
internal sealed class ManyMachinesTests : StoreFixture
{
    [TestCase(20)]
    [TestCase(100, Category = "Long")]
    [CancelAfter(1_800_000)]
    public async Task Machines_that_are_created_run_and_destroyed_in_a_row_leave_nothing(int count, CancellationToken cancellationToken)
    {
        var leaks = LeakCheck.Begin(Store);
        for (var i = 0; i < count; i++)
        {
            var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
            var session = await Host.OpenSessionAsync(id, cancellationToken);
            await session.PutAsync("file", new MemoryStream(Encoding.UTF8.GetBytes($"{i}")), cancellationToken: cancellationToken);
            await Host.Machines.DestroyAsync(id, cancellationToken);
        }

        await leaks.NothingIsLeftAsync();
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task The_same_program_behaves_the_same_alone_and_at_four_machines_side_by_side(CancellationToken cancellationToken)
    {
        // Reads nothing that may differ between machines, and uses the processor's floating point as a scientific program does.
        var job = new SandboxJob
        {
            Program = "/bin/sh",
            Arguments = ["-c", "awk 'BEGIN { for (i = 1; i <= 200000; i++) { s += sin(i) / i; if (i % 50000 == 0) print i, s } }' | tee out.txt; seq 1 2000 | sha256sum; ls -la /proc/self/fd | wc -l; ulimit -a; id; env | sort; exit 3"],
            Limits = new JobLimits { StandardOutputBytes = 1 << 20 },
        };
        var alone = await Host.RunAsync(job, cancellationToken: cancellationToken);

        var together = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Host.RunAsync(job, cancellationToken: cancellationToken)));

        alone.ExitCode.Should().Be(3);
        foreach (var result in together)
        {
            result.ExitCode.Should().Be(3);
            Encoding.UTF8.GetString(result.StandardOutput.Span).Should().Be(Encoding.UTF8.GetString(alone.StandardOutput.Span));
            Encoding.UTF8.GetString(result.StandardError.Span).Should().Be(Encoding.UTF8.GetString(alone.StandardError.Span));
        }

        together.Select(static result => result.Machine).Should().OnlyHaveUniqueItems();
    }
}
