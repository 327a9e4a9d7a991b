using DesktopGrid.VmSandbox.Boinc.Control.AppInfo;
using DesktopGrid.VmSandbox.Boinc.Control.Markup;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.Projects;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.AppInfo;

/// <summary>What of a project runs in sandboxes, and what app_info.xml says of it.</summary>
[TestFixture]
public sealed class AppInfoPlannerTests
{
    private TestProject _project = null!;

    [SetUp]
    public void Open() => _project = new TestProject().With("app_1", TestProject.Program(), isExecutable: true);

    [TearDown]
    public void Close() => _project.Dispose();

    [Test]
    public async Task The_newest_of_each_plan_class_and_what_has_tasks_is_planned()
    {
        _project.Version("a", 100, "app_1").Version("a", 101, "app_1").Version("a", 102, "app_1").Version("a", 90, "app_1", "avx2").Task("r1", "a", 100);
        var plan = await PlanAsync();
        Names(plan).Should().Equal("100", "102", "90 avx2");
        (plan.KeptTasks, plan.LostTasks).Should().Be((1, 0));
    }

    [Test]
    public async Task Flops_are_the_projects_by_the_factor()
    {
        _project.Version("a", 100, "app_1");
        var version = (await PlanAsync()).Versions.Single();
        version.FlopsFor(8).Should().Be(5e8);
        version.FlopsFor(1).Should().Be(4e9);
        version.FlopsFor(1e9).Should().Be(1e6);
    }

    [Test]
    public async Task A_graphics_version_is_refused_and_its_task_counted()
    {
        _project.Version("a", 100, "app_1").Version("a", 100, "app_1", "cuda", more: "<coproc><type>NVIDIA</type><count>1</count></coproc>").Task("r1", "a", 100, "cuda");
        var plan = await PlanAsync();
        plan.Refused.Single().Reason.Should().Contain("graphics processor (NVIDIA)");
        (plan.KeptTasks, plan.LostTasks).Should().Be((0, 1));
    }

    [Test]
    public async Task A_task_of_a_version_that_is_gone_is_lost()
    {
        _project.Version("a", 100, "app_1").Task("r1", "a", 99);
        var plan = await PlanAsync();
        plan.Refused.Single().Should().Match<RefusedVersion>(static refused => refused.Tuple.Version == 99 && refused.Tasks == 1);
        plan.LostTasks.Should().Be(1);
    }

    [TestCase("MZ\u0090\0", "Windows program")]
    [TestCase("\u00cf\u00fa\u00ed\u00fe", "macOS program")]
    [TestCase("hello", "neither")]
    public async Task A_program_that_a_guest_cannot_run_is_refused(string bytes, string reason)
    {
        _project.With("odd", System.Text.Encoding.Latin1.GetBytes(bytes), isExecutable: true).Version("a", 100, "odd");
        (await PlanAsync()).Refused.Single().Reason.Should().Contain(reason);
    }

    [Test]
    public async Task A_file_that_is_missing_is_a_reason()
    {
        _project.Version("a", 100, "nothing");
        var refused = (await PlanAsync()).Refused.Single();
        (refused.Reason, refused.MayPass).Should().Be(("its file nothing has not been downloaded", true));
    }

    [TestCase("../../../etc/cron.d/x")]
    [TestCase("/etc/cron.d/x")]
    public async Task A_name_outside_of_the_slot_is_refused(string openName)
    {
        _project.With("x", [1]).Version("a", 100, "app_1", more: $"<file_ref><file_name>x</file_name><open_name>{openName}</open_name></file_ref>");
        (await PlanAsync()).Refused.Single().Reason.Should().Contain("outside of the slot");
    }

    [TestCase("vbox_job.xml")]
    [TestCase("Dockerfile")]
    public async Task A_machine_in_a_machine_is_refused(string openName)
    {
        _project.With("x", [1]).Version("a", 100, "app_1", more: $"<file_ref><file_name>x</file_name><open_name>{openName}</open_name></file_ref>");
        (await PlanAsync()).Refused.Single().Reason.Should().Contain(openName);
    }

    [Test]
    public async Task A_file_that_is_not_what_was_signed_stops_everything()
    {
        _project.Version("a", 100, "app_1");
        var site = _project.Site();
        await File.AppendAllTextAsync(Path.Combine(_project.Folder, "app_1"), "evil");
        (await FluentActions.Awaiting(() => new AppInfoPlanner(site.Project, site.Host, site.Folder.Project).PlanAsync(CancellationToken.None)).Should().ThrowAsync<BoincException>())
            .Which.Code.Should().Be(SandboxErrorCode.BoincSignatureWrong);
    }

    [Test]
    public async Task An_API_program_is_told_from_a_plain_one_and_from_a_stock_wrapper()
    {
        _project.With("api_1", TestProject.Program("init_data.xml", "boinc_mmap_file"), isExecutable: true)
            .With("wrapper_1", TestProject.Program("init_data.xml", "job.xml", "wrapper_checkpoint.txt", "fraction_done_filename"), isExecutable: true)
            .With("job_1.xml", "<job_desc/>"u8.ToArray())
            .Version("plain", 1, "app_1").Version("api", 1, "api_1").Version("stock", 1, "wrapper_1", more: "<file_ref><file_name>job_1.xml</file_name><open_name>job.xml</open_name></file_ref>");
        var plan = await PlanAsync();
        plan.Versions.Select(static version => (version.Options.Payload, version.Options.Job, version.Options.UsesApi)).Should().Equal(("app_1", null, false), ("api_1", null, true), (null, "job.xml", null));
    }

    [Test]
    public async Task App_info_says_all_of_it_in_the_clients_order()
    {
        _project.With("table_1", [1, 2]).Version("a", 100, "app_1", "sse2", more: "<avg_ncpus>1</avg_ncpus><api_version>6.0.0</api_version><cmdline>--a &lt;b&gt;</cmdline><dont_throttle/><file_ref><file_name>table_1</file_name><open_name>table</open_name><copy_file/></file_ref>");
        var root = MarkupReader.Read(AppInfoWriter.Write(await PlanAsync(), factor: 4).AsSpan(), "it", MarkupLimits.State);
        root.Children.Select(static child => child.Name).Should().Equal("app", "file_info", "file_info", "file_info", "file_info", "app_version");
        root.Named("file_info").Select(static file => $"{file.Value("name")} {file.Flag("executable")}").Should().Equal("vmsandbox-wrapper True", "app_1 True", "table_1 False", "vmsandbox_a_100_sse2.xml False");
        var version = root.Child("app_version")!;
        (version.Value("version_num"), version.Value("platform"), version.Value("plan_class"), version.Value("flops"), version.Value("avg_ncpus"), version.Value("api_version"), version.Value("cmdline"))
            .Should().Be(("100", TestProject.Linux, "sse2", "1000000000", "1", "7.5.0", "--a <b>"));
        (version.Flag("is_wrapper"), version.Flag("dont_throttle")).Should().Be((true, false));
        version.Named("file_ref").Select(static file => $"{file.Value("file_name")} {file.Value("open_name")} {file.Flag("main_program")} {file.Flag("copy_file")}").Should().Equal(
            "vmsandbox-wrapper  True False", "app_1 app_1 False False", "table_1 table False True", "vmsandbox_a_100_sse2.xml vmsandbox.xml False False");
    }

    private async Task<AppInfoPlan> PlanAsync()
    {
        var site = _project.Site();
        return await new AppInfoPlanner(site.Project, site.Host, site.Folder.Project).PlanAsync(CancellationToken.None);
    }

    private static IEnumerable<string> Names(AppInfoPlan plan) => plan.Versions.Select(static version => $"{version.Original.Tuple.Version} {version.Original.Tuple.PlanClass}".Trim());
}
