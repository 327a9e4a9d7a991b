using System.Text;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests;

[TestFixture]
public sealed class NativeTests
{
    [Test]
    [CancelAfter(180_000)]
    public async Task Finishes(CancellationToken cancellationToken)
    {
        await using var project = await StubProject.StartAsync(cancellationToken);
        var file = AppFile.FromDisk("/work/h/e/artifacts/boinc/programs/spoken-task") with { IsMainProgram = true };
        project.Content.Add(new AppVersion("app", [file]));
        project.Content.Add(new WorkUnit("wu1", "app") { CommandLine = "--steps 10", Inputs = [AppFile.FromText("input1", "hello\n", "in")], Outputs = [new OutputFile("out1", "out")] });
        await using var client = await RealClient.StartAsync(project, new ClientOptions(), cancellationToken);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await client.WaitForTaskAsync("wu1_0", t => t.IsRunning, "run", TimeSpan.FromSeconds(40), cancellationToken);
        await TestContext.Out.WriteLineAsync($"runs {clock.Elapsed}");
        try
        {
        var report = await project.WaitForReportAsync("wu1_0", TimeSpan.FromSeconds(60), cancellationToken);
        await TestContext.Out.WriteLineAsync($"reported {clock.Elapsed} {report}");
        } finally { await TestContext.Out.WriteLineAsync(client.Data.LogTail(1000)); }
        await TestContext.Out.WriteLineAsync(Encoding.UTF8.GetString(project.Uploads.All[0].Content));
        foreach (var t in project.Talks.All) await TestContext.Out.WriteLineAsync(t.Request + t.Reply);
    }
}
