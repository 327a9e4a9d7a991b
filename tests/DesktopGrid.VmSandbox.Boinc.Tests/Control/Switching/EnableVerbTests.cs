using DesktopGrid.VmSandbox.Boinc.Control.Switching;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.Switching;

/// <summary>Into sandboxes.</summary>
[TestFixture]
public sealed class EnableVerbTests
{
    private SwitchBench _bench = null!;

    [SetUp]
    public void Open() => _bench = new SwitchBench();

    [TearDown]
    public async Task CloseAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task A_preview_says_the_factor_and_changes_nothing()
    {
        _bench.Project.Version("a", 100, "app_1").Task("r1", "a", 100);
        var preview = await _bench.Enable.PreviewAsync(_bench.Project.Site(), CancellationToken.None);
        preview.Sentences.Should().Contain("A sandbox computes about 8 times slower than this computer itself (measured, Tcg): a task takes that much longer.").And.Contain("1 task in progress will continue in a sandbox.");
        Directory.GetFileSystemEntries(_bench.Project.Folder).Should().HaveCount(1);
    }

    [Test]
    public async Task A_task_in_progress_is_kept_and_the_client_left_alone()
    {
        _bench.Project.Version("a", 100, "app_1").Task("r1", "a", 100);
        await _bench.EnableAsync();
        _bench.Project.Site().State.Should().Be(ProjectState.Sandboxed);
        _bench.Client.Asked.Should().NotContain(["project_nomorework", "quit"]);
    }

    [Test]
    public async Task A_project_that_was_switched_since_the_preview_is_left_alone()
    {
        _bench.Project.Version("a", 100, "app_1");
        var preview = await _bench.Enable.PreviewAsync(_bench.Project.Site(), CancellationToken.None);
        await _bench.EnableAsync();
        await FluentActions.Awaiting(() => _bench.Enable.ApplyAsync(preview, new SwitchOptions(), CancellationToken.None)).Should().ThrowAsync<BoincException>().WithMessage("Test & Co has been switched by somebody else since this was shown.*");
    }

    [Test]
    public async Task A_client_that_has_our_own_version_still_has_to_be_started_first()
    {
        _bench.Project.Version("a", 100, "vmsandbox-wrapper");
        await FluentActions.Awaiting(() => _bench.EnableAsync()).Should().ThrowAsync<BoincException>().WithMessage("The client has not been started since Test & Co was taken out of sandboxes.*");
    }

    [Test]
    public async Task The_client_quits_where_it_is_asked_to()
    {
        _bench.Project.Version("a", 100, "app_1");
        await _bench.EnableAsync(new SwitchOptions(Restart: true));
        _bench.Client.Asked[^1].Should().Be("quit");
    }

    [Test]
    public async Task A_task_that_cannot_be_kept_is_drained_and_new_tasks_come_again()
    {
        _bench.Project.Version("a", 100, "app_1").Version("a", 100, "app_1", "cuda").Task("r1", "a", 100, "cuda");
        (await FluentActions.Awaiting(() => _bench.EnableAsync()).Should().ThrowAsync<BoincException>()).Which.Sentence.Should().Contain("1 of Test & Co's tasks must end first");
        File.Exists(_bench.Project.Site().Folder.AppInfo).Should().BeFalse();
        _bench.Client.Asked.Should().Contain("project_nomorework").And.NotContain("project_allowmorework");
        // It ended meanwhile, and the client says so.
        _bench.LiveState = WithoutTasks();
        await _bench.EnableAsync();
        _bench.Project.Site().State.Should().Be(ProjectState.Sandboxed);
        _bench.Client.Asked.Should().Contain("project_allowmorework");
    }

    [Test]
    public async Task The_wait_ends_when_the_tasks_do()
    {
        _bench.Project.Version("a", 100, "app_1").Version("a", 100, "app_1", "cuda").Task("r1", "a", 100, "cuda");
        var looks = 0;
        _bench.Client.State = () => ++looks > 3 ? WithoutTasks() : _bench.Project.State();
        await _bench.EnableAsync(new SwitchOptions(Wait: TimeSpan.FromMinutes(1)));
        looks.Should().BeGreaterThan(3);
    }

    [Test]
    public async Task Work_is_lost_where_that_is_wanted()
    {
        _bench.Project.Version("a", 100, "app_1").Version("a", 100, "app_1", "cuda").Task("r1", "a", 100, "cuda");
        await _bench.EnableAsync(new SwitchOptions(DiscardWork: true));
        _bench.Project.Site().State.Should().Be(ProjectState.Sandboxed);
        _bench.Client.Asked.Should().NotContain("project_nomorework");
    }

    [Test]
    public async Task Where_nothing_can_run_every_reason_is_told()
    {
        _bench.Project.Version("a", 100, "app_1", platform: "windows_x86_64");
        var site = _bench.Project.Site("Microsoft Windows 11", "windows_x86_64");
        (await FluentActions.Awaiting(() => _bench.Enable.PreviewAsync(site, CancellationToken.None)).Should().ThrowAsync<BoincException>())
            .Which.Message.Should().Contain("it is for windows_x86_64").And.Contain("<alt_platform>x86_64-pc-linux-gnu</alt_platform>");
    }

    [Test]
    public async Task A_second_time_is_refused()
    {
        _bench.Project.Version("a", 100, "app_1");
        await _bench.EnableAsync();
        (await FluentActions.Awaiting(() => _bench.EnableAsync()).Should().ThrowAsync<BoincException>()).Which.Code.Should().Be(SandboxErrorCode.BoincUnsupported);
    }

    [Test]
    public async Task A_client_that_does_not_run_is_no_obstacle()
    {
        _bench.Project.Version("a", 100, "app_1").Task("r1", "a", 100);
        await _bench.Client.DisposeAsync();
        await _bench.EnableAsync();
        _bench.Project.Site().State.Should().Be(ProjectState.Sandboxed);
    }

    private string WithoutTasks() => System.Text.RegularExpressions.Regex.Replace(_bench.Project.State(), "<workunit>.*</result>", "");
}
