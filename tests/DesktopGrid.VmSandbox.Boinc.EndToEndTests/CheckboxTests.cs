using System.Net.Sockets;
using DesktopGrid.VmSandbox.Boinc.Control;
using DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;
using DesktopGrid.VmSandbox.Boinc.Control.Switching;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests;

/// <summary>A volunteer puts a project that knows nothing of sandboxes into them, and takes it out again.</summary>
[TestFixture]
[Category("Long")]
[Parallelizable(ParallelScope.All)]
public sealed class CheckboxTests
{
    private static readonly SwitchOptions Restarting = new(Wait: TimeSpan.FromMinutes(1), Restart: true);

    private static IEnumerable<string> Kinds() => [NativeKind.Api.Name, NativeKind.Signed.Name];

    [TestCaseSource(nameof(Kinds))]
    [CancelAfter(600_000)]
    public async Task A_task_goes_on_in_a_sandbox_and_the_next_without_one(string kind, CancellationToken cancellationToken)
    {
        if (SandboxKind.Signed.Missing is { } missing)
        {
            Assert.Ignore(missing);
        }

        await using var run = await TaskRun.StartAsync(kind == NativeKind.Api.Name ? NativeKind.Api : NativeKind.Signed, TaskShape.Lasting(30), new TaskSetup(), cancellationToken);
        var control = Control(run, Path.Combine(run.Client.Data.Path, "store"));
        await run.WaitForCheckpointAsync(cancellationToken);
        await run.WaitForProgressAsync(0.2, cancellationToken);

        var preview = await control.PreviewAsync(run.Project.Url.ToString(), cancellationToken);
        preview.Plan.LostTasks.Should().Be(0);
        var outcome = await control.EnableAsync(preview, Restarting, cancellationToken);
        run.Say(string.Join(' ', outcome.Sentences));
        await run.Client.WaitForEndAsync(cancellationToken);
        await run.Client.StartAsync(cancellationToken);
        await run.WaitUntilRunningAsync(cancellationToken);
        var report = await run.WaitForSuccessAsync(cancellationToken);
        report.StandardError.Should().Contain("vmsandbox:", "it ended in a sandbox").And.Contain("task: goes on at step", "what it had kept before came along");

        outcome = await control.DisableAsync(run.Project.Url.ToString(), Restarting, cancellationToken);
        run.Say(string.Join(' ', outcome.Sentences));
        await run.Client.WaitForEndAsync(cancellationToken);
        Directory.EnumerateFileSystemEntries(run.Client.Data.ProjectPath, "*vmsandbox*").Should().BeEmpty("nothing is left");
        await run.Client.StartAsync(cancellationToken);
        var name = await run.AddTaskAsync("next", new TaskShape(), cancellationToken);
        var next = await run.Project.WaitForReportAsync(name, run.ReportBound, cancellationToken);
        next.State.Should().Be(ReportedResult.Success, next.StandardError);
        next.StandardError.Should().NotContain("vmsandbox:");
    }

    private static BoincControl Control(TaskRun run, string storePath)
    {
        var host = new SandboxHostOptions { StorePath = storePath, GuestImage = Artifacts.GuestImage };
        host.Qemu.EmulatorPath = Artifacts.Qemu;
        return new BoincControl(new BoincControlOptions
        {
            DataFolder = run.Client.Data.Path,
            Endpoint = new GuiRpcEndpoint(new UnixDomainSocketEndPoint(Path.Combine(run.Client.Data.Path, "boinc_socket"))),
            Wrapper = Artifacts.Wrapper,
            Factor = 10,
            Host = host,
        }, loggers: null, TimeProvider.System);
    }
}
