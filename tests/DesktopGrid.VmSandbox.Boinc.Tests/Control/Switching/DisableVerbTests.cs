using DesktopGrid.VmSandbox.Boinc.Control.Switching;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.Switching;

/// <summary>Out of sandboxes, and new versions into them.</summary>
[TestFixture]
public sealed class DisableVerbTests
{
    private SwitchBench _bench = null!;

    [SetUp]
    public async Task OpenAsync()
    {
        _bench = new SwitchBench();
        _bench.Project.Version("a", 100, "app_1");
        await _bench.EnableAsync();
    }

    [TearDown]
    public async Task CloseAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task Nothing_is_left()
    {
        await DisableAsync(new SwitchOptions());
        Directory.GetFileSystemEntries(_bench.Project.Folder).Select(Path.GetFileName).Should().Equal("app_1");
    }

    [Test]
    public async Task Tasks_end_first_and_new_ones_come_again_afterwards()
    {
        _bench.LiveState = _bench.Project.State().Replace("<platform_name>", "<workunit><name>w</name><app_name>a</app_name></workunit><result><name>r</name><wu_name>w</wu_name></result><platform_name>", StringComparison.Ordinal);
        await FluentActions.Awaiting(() => DisableAsync(new SwitchOptions())).Should().ThrowAsync<BoincException>().WithMessage("*must end first*");
        _bench.Project.Site().State.Should().Be(ProjectState.Sandboxed);
        (await FluentActions.Awaiting(() => _bench.EnableAsync()).Should().ThrowAsync<BoincException>()).Which.Advice.Should().Contain("allow them again", "who has changed their mind is told how");
        _bench.LiveState = _bench.Project.State().Replace("<project_name>", "<dont_request_more_work/><project_name>", StringComparison.Ordinal);
        await DisableAsync(new SwitchOptions());
        _bench.Client.Asked.Should().Contain("project_allowmorework", "it was us who forbade them");
        Directory.GetFileSystemEntries(_bench.Project.Folder).Select(Path.GetFileName).Should().Equal("app_1");
    }

    [Test]
    public async Task What_the_volunteer_forbade_stays_forbidden()
    {
        _bench.LiveState = _bench.Project.State().Replace("<project_name>", "<dont_request_more_work/><project_name>", StringComparison.Ordinal);
        await DisableAsync(new SwitchOptions());
        _bench.Client.Asked.Should().NotContain("project_allowmorework");
    }

    [Test]
    public async Task A_project_that_is_not_in_sandboxes_is_refused()
    {
        await DisableAsync(new SwitchOptions());
        await FluentActions.Awaiting(() => DisableAsync(new SwitchOptions())).Should().ThrowAsync<BoincException>().WithMessage("*is not in sandboxes*");
    }

    [Test]
    public async Task A_refresh_goes_on_where_it_was_interrupted()
    {
        // The client knows our own version only, as it does after a start with app_info.xml.
        var ours = _bench.Project.State().Replace("<file_name>app_1</file_name><main_program/>", "<file_name>vmsandbox-wrapper</file_name><main_program/>", StringComparison.Ordinal);
        _bench.LiveState = ours;
        var first = await RefreshAsync();
        (first.IsDone, first.NeedsRestart).Should().Be((false, true));
        File.Exists(_bench.Project.Site().Folder.AppInfo).Should().BeFalse();
        _bench.Project.Site().State.Should().Be(ProjectState.Refreshing);

        // Not started yet.
        (await RefreshAsync()).Sentences[0].Should().Contain("has not been started");

        // Started, and it has fetched a new version.
        _bench.LiveState = null;
        _bench.Project.Version("a", 101, "app_1");
        var last = await RefreshAsync();
        last.IsDone.Should().BeTrue();
        last.Sentences[0].Should().Contain("a 1.01");
        _bench.Project.Site().State.Should().Be(ProjectState.Sandboxed);
        _bench.Client.Asked.Should().ContainInOrder("project_nomorework", "set_run_mode", "set_gpu_mode", "project_allowmorework", "project_update", "project_nomorework", "project_allowmorework");
    }

    [Test]
    public async Task A_refresh_waits_for_what_is_not_there_yet()
    {
        _bench.LiveState = "<client_state></client_state>";
        await RefreshAsync();
        var site = _bench.Project.Site();
        File.Delete(Path.Combine(site.Folder.Project, "app_1"));
        var outcome = await RefreshAsync();
        (outcome.IsDone, outcome.NeedsRestart).Should().Be((false, false));
        _bench.Project.Site().State.Should().Be(ProjectState.Refreshing);
    }

    [Test]
    public async Task Our_own_parts_are_renewed_without_the_clients_doing()
    {
        await File.WriteAllTextAsync(_bench.Project.Engine.Wrapper, "a newer wrapper");
        var outcome = await _bench.Refresh.RunAsync(_bench.Project.Site(), new SwitchOptions(EngineOnly: true), CancellationToken.None);
        (outcome.IsDone, outcome.NeedsRestart).Should().Be((true, false));
        (await File.ReadAllTextAsync(Path.Combine(_bench.Project.Folder, "vmsandbox-wrapper"))).Should().Be("a newer wrapper");
        _bench.Client.Asked.Should().NotContain("project_nomorework");
        (await new ProjectLister(new SiteFinder(_bench.Project.DataFolder)).ListAsync(verify: true, CancellationToken.None)).Single().Changed.Should().BeEmpty();
        await DisableAsync(new SwitchOptions());
        Directory.GetFileSystemEntries(_bench.Project.Folder).Should().HaveCount(1);
    }

    [Test]
    public async Task A_damaged_manifest_is_told_and_taken_away_by_force()
    {
        await File.WriteAllTextAsync(_bench.Project.Site().Folder.ManifestFile, "oops");
        var view = (await new ProjectLister(new SiteFinder(_bench.Project.DataFolder)).ListAsync(verify: false, CancellationToken.None)).Single();
        (view.State, view.Changed[0]).Should().Be((ProjectState.Interrupted, "vmsandbox/manifest.json"));
        await FluentActions.Awaiting(() => DisableAsync(new SwitchOptions())).Should().ThrowAsync<BoincException>().WithMessage("*--force*");
        await DisableAsync(new SwitchOptions(Force: true));
        Directory.GetFileSystemEntries(_bench.Project.Folder).Select(Path.GetFileName).Should().Equal("app_1");
    }

    [Test]
    public void A_record_that_is_damaged_begins_again() => Recorded.Mutations.Demand("{\"stage\":\"Fetch\"}"u8.ToArray(), static bytes => RefreshRecord.Parse(bytes));

    private Task<SwitchOutcome> DisableAsync(SwitchOptions options) => _bench.Disable.RunAsync(_bench.Project.Site(), options, CancellationToken.None);

    private Task<SwitchOutcome> RefreshAsync() => _bench.Refresh.RunAsync(_bench.Project.Site(), new SwitchOptions(), CancellationToken.None);
}
