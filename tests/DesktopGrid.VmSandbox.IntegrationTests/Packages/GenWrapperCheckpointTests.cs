using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Packages;

/// <summary>What a package gains that its own launcher never had: checkpoints, and a CPU time that is no wall time.</summary>
[CancelAfter(600_000)]
internal sealed class GenWrapperCheckpointTests : StoreFixture
{
    private const string Primes = """
        for PART in 0 1 2 3 4 5 6 7; do
            sieve $((PART * 1200000)) $(((PART + 1) * 1200000)) >>primes.txt
            boinc fraction_done $(awk "BEGIN { print ($PART + 1) / 8 }")
        done
        sleep 5
        digest <primes.txt
        """;

    [Test]
    [Category("Long")]
    public async Task A_package_goes_on_from_a_checkpoint_to_the_same_result(CancellationToken cancellationToken)
    {
        var folder = Store.Path_("package");
        var job = await (await PrimesPackage.MakeAsync(folder, Primes, cancellationToken)).Package.ToJobAsync(cancellationToken);
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        var whole = await RunAsync(session, job, cancellationToken);
        await session.DeleteAsync(".", recursive: true, cancellationToken);
        await StartAsync(session, job, cancellationToken);
        await ReportAsync(session, "0.375000", cancellationToken);

        // The program goes on while its memory is written, and the instant is that at the end.
        await Host.Machines.CheckpointAsync(id, "middle", cancellationToken);
        await ReportAsync(session, "1.000000", cancellationToken);
        await Host.CrashAsync(id);
        await Host.Machines.ResumeAsync(id, cancellationToken: cancellationToken);
        session = await Host.OpenSessionAsync(id, cancellationToken);
        (await session.MessagesToHostAsync(cancellationToken: cancellationToken)).Select(static message => message.Value).Should().NotContain("1.000000", "the instant lies within its work");
        var end = await session.FollowToEndAsync(cancellationToken);

        (end.ExitCode, end.Output).Should().Be((0, whole.Output), end.Errors);
        (await session.GetTextAsync("primes.txt", cancellationToken)).Should().Be(await PrimesPackage.OnHostAsync("sieve", cancellationToken, "0", "9600000"));
        end.Messages.Select(static message => message.Value).Should().BeInAscendingOrder(StringComparer.Ordinal).And.HaveCount(8);
        var (cpu, expected) = (CpuMs(end.Status), CpuMs(whole.Status));
        TestContext.Out.WriteLine($"CPU {cpu} ms of {end.Status.ElapsedMs} ms; without a checkpoint {expected} ms of {whole.Status.ElapsedMs} ms");
        // What was computed before the checkpoint is in it, and the sleep is none of it. On a busy host a guest's own count is the larger one.
        cpu.Should().BeInRange(expected / 2, expected * 3);
        (end.Status.ElapsedMs - cpu).Should().BeGreaterThan(4_000);
        await Host.Machines.DestroyAsync(id, cancellationToken);
        Directory.Delete(folder, recursive: true);
    }

    private static long CpuMs(GuestTaskStatus status) => status.UserMs + status.SystemMs;

    private static async Task<ProgramEnd> RunAsync(ISandboxSession session, SandboxJob job, CancellationToken cancellationToken)
    {
        await StartAsync(session, job, cancellationToken);
        var end = await session.FollowToEndAsync(cancellationToken);
        end.ExitCode.Should().Be(0, end.Errors);
        return end;
    }

    private static async Task StartAsync(ISandboxSession session, SandboxJob job, CancellationToken cancellationToken)
    {
        foreach (var input in job.Inputs)
        {
            await session.PutFileAsync(input.Path, input.HostPath!, input.IsExecutable, cancellationToken);
        }

        await session.StartAsync(new TaskStartRequest { TaskId = Guid.NewGuid().ToString("N"), Program = job.Program, Arguments = job.Arguments }, cancellationToken: cancellationToken);
    }

    /// <summary>Waits for a report of the program's.</summary>
    private static async Task ReportAsync(ISandboxSession session, string fraction, CancellationToken cancellationToken)
    {
        await foreach (var happened in session.FollowAsync(default, cancellationToken))
        {
            if (happened is TaskMessage { Message: var message } && message.Value == fraction)
            {
                return;
            }
        }

        throw new AssertionException($"The program ended and did not report {fraction}.");
    }
}
