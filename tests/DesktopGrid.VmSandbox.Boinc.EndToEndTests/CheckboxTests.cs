using System.Net.Sockets;
using DesktopGrid.VmSandbox.Boinc.Control;
using DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;
using DesktopGrid.VmSandbox.Boinc.Control.Switching;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.Page.Browsing;

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

    [Test]
    [CancelAfter(600_000)]
    public async Task A_new_version_comes_by_a_refresh(CancellationToken cancellationToken)
    {
        if (SandboxKind.Signed.Missing is { } missing)
        {
            Assert.Ignore(missing);
        }

        await using var run = await TaskRun.StartAsync(NativeKind.Signed, new TaskShape(), new TaskSetup(), cancellationToken);
        var control = Control(run, Path.Combine(run.Client.Data.Path, "store"));
        var url = run.Project.Url.ToString();
        await run.WaitForReportAsync(cancellationToken);
        await RestartAsync(run, await control.EnableAsync(await control.PreviewAsync(url, cancellationToken), Restarting, cancellationToken), cancellationToken);

        // The project has a newer one, which a client with an app_info.xml does not ask for.
        run.Project.Content.Add(NativeKind.Signed.ToVersion("app") with { VersionNumber = 101 });
        await RestartAsync(run, await control.RefreshAsync(url, Restarting, cancellationToken), cancellationToken);
        run.Project.Content.Add(run.Unit with { Name = "next", CommandLine = run.Kind.ToCommandLine(TaskShape.Lasting(20)), Inputs = [AppFile.FromText("next_in", Payload.Input, "in")], Outputs = [new OutputFile("next_out", "out")] });
        var outcome = await control.RefreshAsync(url, Restarting, cancellationToken);
        outcome.IsDone.Should().BeTrue();
        outcome.Sentences[0].Should().Contain("app 1.01");
        await RestartAsync(run, outcome, cancellationToken);
        var next = await run.Project.WaitForReportAsync("next_0", run.ReportBound, cancellationToken);
        next.State.Should().Be(ReportedResult.Success, next.StandardError);
        next.StandardError.Should().StartWith("<core_client_version>").And.Contain("vmsandbox:", "the task that came with the new version runs in a sandbox");
        next.StandardError.IndexOf("task: begins", StringComparison.Ordinal).Should().BeGreaterThan(next.StandardError.IndexOf("vmsandbox:", StringComparison.Ordinal), "and never ran without one");
    }

    [Test]
    [CancelAfter(600_000)]
    public async Task The_box_of_the_page_does_it_and_the_page_shows_the_sandbox_live(CancellationToken cancellationToken)
    {
        if (SandboxKind.Signed.Missing is { } missing)
        {
            Assert.Ignore(missing);
        }

        await using var run = await TaskRun.StartAsync(NativeKind.Signed, TaskShape.Lasting(60), new TaskSetup(), cancellationToken);
        await run.WaitForCheckpointAsync(cancellationToken);
        await using var page = await BoincPage.StartAsync(Control(run, Path.Combine(run.Client.Data.Path, "store")), port: 0, TimeProvider.System, cancellationToken);
        await using var browser = await Chromium.StartAsync(cancellationToken);
        await using var owner = await browser.OpenAsync(page.OwnerUrl, cancellationToken);
        await owner.ClickAsync(".project .switch", cancellationToken);
        await owner.ClickAsync("#yes", cancellationToken);
        await owner.WaitForAsync("document.querySelector('.project').dataset.state === 'Sandboxed'", cancellationToken);
        await run.Client.EndAsync(cancellationToken);
        await run.Client.StartAsync(cancellationToken);
        await run.WaitUntilRunningAsync(cancellationToken);

        // The client has learnt of the page, and passes on the address for looking.
        var looking = await Eventually.FindAsync(async () => (await run.Client.FindTaskAsync(run.ResultName, cancellationToken))?.WebGraphicsUrl, () => run.Client.Failure("The client was not offered the page").Message, TimeSpan.FromMinutes(2), cancellationToken);
        looking.Should().Be(page.ViewUrl);
        await using var viewer = await browser.OpenAsync(looking, cancellationToken);
        await viewer.WaitForAsync($"document.querySelector('.sandbox .result')?.textContent === '{run.ResultName}' && document.querySelector('.sandbox .state').textContent === 'Running'", cancellationToken);
        await viewer.WaitForAsync("document.querySelector('.sandbox progress').value > 0", cancellationToken);
        await viewer.EvaluateAsync("window.before = document.querySelector('.sandbox progress').value", cancellationToken);
        await viewer.WaitForAsync("document.querySelector('.sandbox progress').value > window.before", cancellationToken);
        (await run.WaitForSuccessAsync(cancellationToken)).StandardError.Should().Contain("vmsandbox:");
        await viewer.WaitForAsync("document.querySelectorAll('.sandbox').length === 0", cancellationToken);
    }

    private static async Task RestartAsync(TaskRun run, SwitchOutcome outcome, CancellationToken cancellationToken)
    {
        run.Say(string.Join(' ', outcome.Sentences));
        await run.Client.WaitForEndAsync(cancellationToken);
        await run.Client.StartAsync(cancellationToken);
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
