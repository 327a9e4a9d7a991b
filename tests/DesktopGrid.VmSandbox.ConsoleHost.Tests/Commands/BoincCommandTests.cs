using System.Net;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.Projects;
using DesktopGrid.VmSandbox.ConsoleHost.Tests.Support;

namespace DesktopGrid.VmSandbox.ConsoleHost.Tests.Commands;

/// <summary>The checkbox on the command line, over a client's data folder without a client.</summary>
[CancelAfter(120_000)]
public sealed class BoincCommandTests
{
    private ConsoleStore _store = null!;
    private TestProject _project = null!;

    [SetUp]
    public void Open()
    {
        _store = new ConsoleStore();
        _project = new TestProject().With("app_1", TestProject.Program(), isExecutable: true).Version("a", 100, "app_1").Version("a", 100, "app_1", "cuda").Task("r1", "a", 100);
        _project.Site();
    }

    [TearDown]
    public void Close()
    {
        _project.Dispose();
        _store.Dispose();
    }

    [Test]
    public async Task A_project_goes_into_sandboxes_with_a_yes_and_out_again(CancellationToken cancellationToken)
    {
        (await RunAsync(cancellationToken, "list")).ShouldEndWith(0).Output.Should().Be("""
            [ ] Test & Co (http://project.test/), 1 task
                  a 1.00 (x86_64-pc-linux-gnu): possible
                  a 1.00 (x86_64-pc-linux-gnu, cuda): not possible: its plan class cuda wants a graphics processor, which a sandbox does not have

            """);

        var asked = (await RunAsync(cancellationToken, "enable", "test")).ShouldEndWith(64);
        asked.Output.Should().Contain("A sandbox computes about 9 times slower than this computer itself (as you said)").And.Contain("1 task in progress will continue in a sandbox.");
        asked.Error.Should().Contain("Nothing was changed: nobody said yes.");
        Directory.GetFileSystemEntries(_project.Folder).Should().HaveCount(1);

        (await RunAsync(cancellationToken, "enable", "http://project.test", "--yes")).ShouldEndWith(0).Output.Should().Contain("Test & Co is set to run in sandboxes.");
        File.Exists(Path.Combine(_project.Folder, "app_info.xml")).Should().BeTrue();
        (await RunAsync(cancellationToken, "list", "--verify")).Output.Should().StartWith("[x] Test & Co (http://project.test/), 1 task, about 9 times slower\n");
        var view = (await RunAsync(cancellationToken, "list", "--json")).ShouldEndWith(0).Json;
        view.GetProperty("state").GetString().Should().Be("sandboxed");

        // Its task must end first, and there is no client that could tell that it has.
        (await RunAsync(cancellationToken, "disable", "test")).ShouldEndWith(65).Error.Should().Contain("must end first; the client does not run");
        (await RunAsync(cancellationToken, "disable", "test", "--discard-work", "--json")).ShouldEndWith(0).Json.GetProperty("isDone").GetBoolean().Should().BeTrue();
        Directory.GetFileSystemEntries(_project.Folder).Should().HaveCount(1);
    }

    [Test]
    public async Task What_cannot_be_done_is_one_sentence_and_a_code(CancellationToken cancellationToken)
    {
        (await RunAsync(cancellationToken, "enable", "nobody")).ShouldEndWith(65).Error.Should().Contain("attached to no project \"nobody\"").And.Contain("http://project.test/");
        (await RunAsync(cancellationToken, "disable", "test")).ShouldEndWith(65).Error.Should().Contain("is not in sandboxes");
        (await RunAsync(cancellationToken, "refresh", "test")).ShouldEndWith(65).Error.Should().Contain("is not in sandboxes");
        (await _store.RunAsync(cancellationToken, "boinc", "list", "--data-dir", "/nowhere")).ShouldEndWith(66).Error.Should().Contain("client_state.xml is not in /nowhere");
        await File.AppendAllTextAsync(Path.Combine(_project.Folder, "app_1"), "evil", cancellationToken);
        (await RunAsync(cancellationToken, "enable", "test", "--yes")).ShouldEndWith(65).Error.Should().Contain("app_1 is not what Test & Co signed");
    }

    [Test]
    public async Task A_client_without_a_Linux_application_is_told_how_to_get_one(CancellationToken cancellationToken)
    {
        using var project = new TestProject().With("app_1.exe", TestProject.Program(), isExecutable: true).Version("a", 100, "app_1.exe", platform: "windows_x86_64");
        project.Site("Microsoft Windows 11", "windows_x86_64");
        string[] data = ["--data-dir", project.DataFolder, "--gui-rpc", "1"];
        (await _store.RunAsync(cancellationToken, ["boinc", "list", .. data])).ShouldEndWith(0).Output.Should().Be("""
            [ ] Test & Co (http://project.test/), no tasks
                  a 1.00 (windows_x86_64): not possible: it is for windows_x86_64, and a sandbox runs programs for x86_64-pc-linux-gnu

            """);
        var refused = (await _store.RunAsync(cancellationToken, ["boinc", "enable", "test", "--yes", .. data])).ShouldEndWith(65);
        refused.Error.Should().Contain("Nothing of Test & Co can run in a sandbox: a 1.00 (windows_x86_64): it is for windows_x86_64")
            .And.Contain("With <alt_platform>x86_64-pc-linux-gnu</alt_platform> among the options of cc_config.xml the project may send it the Linux application too");
        Directory.GetFileSystemEntries(project.Folder).Should().HaveCount(1);
    }

    [Test]
    public async Task The_page_is_there_until_it_is_interrupted(CancellationToken cancellationToken)
    {
        using var page = SampleProcess.Start(_store.Words(Words("page")), _store.Folder);
        var address = await page.Output.ReadLineAsync(cancellationToken);
        using var http = new HttpClient();
        (await http.GetStringAsync(address + "state.json", cancellationToken)).Should().Contain("http://project.test/");
        File.Exists(Path.Combine(_project.DataFolder, "vmsandbox_page.json")).Should().BeTrue();
        (await http.GetAsync(new Uri(new Uri(address!), "/"), cancellationToken)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        await page.InterruptAsync(cancellationToken);
        (await page.EndAsync(cancellationToken)).ShouldEndWith(0);
        File.Exists(Path.Combine(_project.DataFolder, "vmsandbox_page.json")).Should().BeFalse();
    }

    private Task<Outcome> RunAsync(CancellationToken cancellationToken, params string[] words) => _store.RunAsync(cancellationToken, Words(words));

    /// <summary>Nobody listens at port 1.</summary>
    private string[] Words(params string[] words) =>
        ["--qemu", _project.Engine.Emulator, "--guest-image", _project.Engine.GuestImage, "boinc", .. words, "--data-dir", _project.DataFolder, "--gui-rpc", "1", "--wrapper", _project.Engine.Wrapper, "--factor", "9"];
}
