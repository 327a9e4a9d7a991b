using DesktopGrid.VmSandbox.Boinc.Control.AppInfo;
using DesktopGrid.VmSandbox.Boinc.Control.Installation;
using DesktopGrid.VmSandbox.Boinc.Control.Switching;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.Projects;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.Recorded;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.Installation;

/// <summary>What is put into a project's folder, and that all of it goes again.</summary>
[TestFixture]
public sealed class ProjectInstallerTests
{
    private TestProject _project = null!;
    private ProjectSite _site = null!;

    private ProjectInstaller Installer => new(_site.Folder, TimeProvider.System);

    [SetUp]
    public void Open()
    {
        _project = new TestProject().With("app_1", TestProject.Program(), isExecutable: true).Version("a", 100, "app_1");
        _site = _project.Site();
    }

    [TearDown]
    public void Close() => _project.Dispose();

    [Test]
    public async Task What_is_installed_goes_again_without_a_trace()
    {
        var before = Everything();
        await InstallAsync();
        Everything().Should().Contain(["app_info.xml", "vmsandbox-wrapper", "vmsandbox_a_100.xml", "vmsandbox/manifest.json", "vmsandbox/qemu/lib/lib.so", "vmsandbox/guest/manifest.json"]);
        _project.Site().State.Should().Be(ProjectState.Sandboxed);
        await Installer.RemoveAsync([], CancellationToken.None);
        Everything().Should().Equal(before);
    }

    [Test]
    public async Task The_clients_user_can_run_what_is_runnable_and_read_the_rest()
    {
        await InstallAsync();
        Mode("vmsandbox-wrapper").Should().Be(0b111_101_101);
        Mode("vmsandbox/qemu/qemu-system-x86_64").Should().Be(0b111_101_101);
        Mode("vmsandbox/qemu/lib/lib.so").Should().Be(0b110_100_100);
        Mode("app_info.xml").Should().Be(0b110_100_100);
        File.ReadAllText(Path.Combine(_project.Folder, "vmsandbox_a_100.xml")).Should().Contain($"<qemu>{_project.Folder}/vmsandbox/qemu/qemu-system-x86_64</qemu>").And.Contain("<payload>app_1</payload>");
    }

    [Test]
    public async Task Somebody_elses_app_info_is_left_alone()
    {
        await File.WriteAllTextAsync(_site.Folder.AppInfo, "<app_info/>");
        (await FluentActions.Awaiting(InstallAsync).Should().ThrowAsync<BoincException>()).Which.Code.Should().Be(SandboxErrorCode.BoincUnsupported);
        (await File.ReadAllTextAsync(_site.Folder.AppInfo)).Should().Be("<app_info/>");
        _project.Site().State.Should().Be(ProjectState.Foreign);
    }

    [Test]
    public async Task A_file_of_ours_that_was_changed_stays_unless_it_is_forced_away()
    {
        await InstallAsync();
        await File.AppendAllTextAsync(_site.Folder.AppInfo, "<!-- mine -->");
        (await new ProjectLister(new SiteFinder(_project.DataFolder)).ListAsync(verify: true, CancellationToken.None)).Single().Changed.Should().Equal("app_info.xml");
        var kept = new List<string>();
        await Installer.RemoveAsync(kept, CancellationToken.None);
        kept.Should().Equal("app_info.xml");
        File.Exists(_site.Folder.AppInfo).Should().BeTrue();
        Directory.Exists(_site.Folder.Root).Should().BeFalse();
    }

    [Test]
    public async Task A_changed_file_of_the_project_is_seen_by_its_hash()
    {
        await InstallAsync();
        var path = Path.Combine(_project.Folder, "app_1");
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        var lister = new ProjectLister(new SiteFinder(_project.DataFolder));
        (await lister.ListAsync(verify: false, CancellationToken.None)).Single().Changed.Should().BeEmpty("its length is the same");
        (await lister.ListAsync(verify: true, CancellationToken.None)).Single().Changed.Should().Equal("app_1");
    }

    [Test]
    public async Task An_interrupted_installation_is_seen_and_undone()
    {
        await InstallAsync();
        // As it is between the manifest and the end of writing.
        await File.WriteAllTextAsync(_site.Folder.ManifestFile, (await File.ReadAllTextAsync(_site.Folder.ManifestFile)).Replace("\"isComplete\": true", "\"isComplete\": false", StringComparison.Ordinal));
        File.Delete(_site.Folder.AppInfo);
        _project.Site().State.Should().Be(ProjectState.Interrupted);
        await Installer.RemoveAsync([], CancellationToken.None);
        Everything().Should().Equal("app_1");
    }

    [Test]
    public async Task A_link_in_the_place_of_our_folder_is_not_followed()
    {
        var elsewhere = Directory.CreateTempSubdirectory("vmsandbox-test");
        Directory.CreateSymbolicLink(_site.Folder.Root, elsewhere.FullName);
        (await FluentActions.Awaiting(InstallAsync).Should().ThrowAsync<BoincException>()).Which.Code.Should().Be(SandboxErrorCode.BoincFileUnwritable);
        elsewhere.GetFileSystemInfos().Should().BeEmpty();
        elsewhere.Delete();
    }

    [Test]
    public async Task A_link_that_has_taken_the_place_of_our_folder_is_not_followed_either()
    {
        await InstallAsync();
        var elsewhere = Path.Combine(_project.DataFolder, "elsewhere");
        Directory.Move(_site.Folder.Root, elsewhere);
        Directory.CreateSymbolicLink(_site.Folder.Root, elsewhere);
        await File.WriteAllTextAsync(Path.Combine(elsewhere, "refresh.json"), "somebody's");
        var before = Files(elsewhere);
        await File.WriteAllTextAsync(_project.Engine.Wrapper, "a newer wrapper");
        await DemandLinkAsync(() => Installer.RenewEngineAsync(_project.Engine, CancellationToken.None));
        await DemandLinkAsync(() => Task.Run(() => new RefreshRecord(RefreshStage.Drain).Write(_site.Folder)));
        await DemandLinkAsync(() => Task.Run(() => RefreshRecord.Forget(_site.Folder)));
        Files(elsewhere).Should().Equal(before);

        static async Task DemandLinkAsync(Func<Task> act) => await FluentActions.Awaiting(act).Should().ThrowAsync<BoincException>().WithMessage("*cannot be written*is a link*");

        static string[] Files(string folder) => [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(static path => $"{path} {File.GetLastWriteTimeUtc(path).Ticks}")];
    }

    [Test]
    public void A_manifest_of_a_plain_name_is_read()
    {
        Directory.CreateDirectory(_site.Folder.Root);
        File.WriteAllText(_site.Folder.ManifestFile, """{"format":1,"projectUrl":"x","written":[{"path":"evil","length":1,"sha256":""}],"pins":[],"versions":[]}""");
        _site.Folder.ReadManifest()!.Written.Single().Path.Should().Be("evil");
    }

    [TestCase("../../evil")]
    [TestCase("/etc/passwd")]
    [TestCase("..")]
    public void A_manifest_that_names_files_elsewhere_is_refused(string path)
    {
        Directory.CreateDirectory(_site.Folder.Root);
        File.WriteAllText(_site.Folder.ManifestFile, $$"""{"format":1,"projectUrl":"x","written":[{"path":"{{path}}","length":1,"sha256":""}],"pins":[],"versions":[]}""");
        FluentActions.Invoking(_site.Folder.ReadManifest).Should().Throw<BoincException>();
    }

    [Test]
    public async Task A_damaged_manifest_is_read_or_refused()
    {
        await InstallAsync();
        Mutations.Demand(await File.ReadAllBytesAsync(_site.Folder.ManifestFile), bytes =>
        {
            File.WriteAllBytes(_site.Folder.ManifestFile, bytes);
            _site.Folder.ReadManifest();
        });
    }

    private async Task InstallAsync()
    {
        var plan = await new AppInfoPlanner(_site.Project, _site.Host, _site.Folder.Project).PlanAsync(CancellationToken.None);
        await Installer.InstallAsync(plan, _project.Engine, 8, CancellationToken.None);
    }

    private int Mode(string file) => OperatingSystem.IsWindows() ? 0 : (int)File.GetUnixFileMode(Path.Combine(_project.Folder, file));

    private IEnumerable<string> Everything() => Directory.EnumerateFileSystemEntries(_project.Folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(_project.Folder, path)).Order(StringComparer.Ordinal);
}
