using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.IntegrationTests.Hostility;

/// <summary>
/// A task that takes its guest down with it. No task of ours can: it is not root there. So root does it at the task's word, as a hole in the guest's
/// kernel would.
/// </summary>
[CancelAfter(240_000)]
internal sealed class GuestDeathTests
{
    [Test]
    public async Task Who_panics_the_kernel_ends_its_job_and_the_next_one_runs(CancellationToken cancellationToken)
    {
        using var image = AlteredImage.WhoseRootRuns("until grep -sq die /work/die; do sleep 0.1; done; mount -t proc proc /proc; echo c >/proc/sysrq-trigger");
        await ShouldEndTheJobAloneAsync(image, "sysrq triggered crash", cancellationToken);
    }

    [Test]
    public async Task Who_kills_the_daemon_ends_its_job_and_the_next_one_runs(CancellationToken cancellationToken)
    {
        using var image = AlteredImage.WhoseDaemonCanBeKilled();
        await ShouldEndTheJobAloneAsync(image, "Attempted to kill init", cancellationToken);
    }

    private static async Task ShouldEndTheJobAloneAsync(AlteredImage image, string lastWords, CancellationToken cancellationToken)
    {
        await using var store = await TempStore.OpenAsync(options => options.GuestImage = image.Folder);

        var failure = await store.Host.FailAsync(TestJobs.Shell("echo die >die; sleep 1000"), SandboxErrorCode.MachineEnded, TaskFate.MayHaveRun, cancellationToken: cancellationToken);

        (failure.Message + string.Join('\n', failure.Evidence.ConsoleLines)).Should().Contain(lastWords);
        var next = await store.Host.RunAsync(TestJobs.Shell("ls; echo well"), cancellationToken);
        (next.ExitCode, next.StandardOutput.Text()).Should().Be((0, "well\n"));
        (await store.Host.Machines.ListAsync(cancellationToken: cancellationToken)).Should().BeEmpty();
    }
}
