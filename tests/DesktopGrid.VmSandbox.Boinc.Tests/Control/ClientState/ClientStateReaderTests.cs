using System.Text;
using DesktopGrid.VmSandbox.Boinc.Control.ClientState;
using DesktopGrid.VmSandbox.Boinc.Control.Markup;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.Recorded;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.ClientState;

/// <summary>The state that a real client wrote.</summary>
[TestFixture]
public sealed class ClientStateReaderTests
{
    private static readonly ClientStateFile State = Read(Recording.Text(Recording.ClientState));

    private static BoincProject Project => State.Projects.Single();

    [Test]
    public void The_computer_is_known() => State.Host.Should().Be(new HostFacts("Linux Debian", 1e9, "x86_64-pc-linux-gnu"));

    [Test]
    public void The_project_is_known()
    {
        Project.Name.Should().Be("Upper & Stub");
        Project.MasterUrl.Should().Be("http://127.0.0.1:18377/");
        Project.Folder.Should().Be("127.0.0.1_18377");
        Project.CodeSignKey.Should().StartWith("1024");
        Project.WantsNoTasks.Should().BeFalse();
        Project.Apps.Should().Equal(new BoincApp("upper", "Upper & lower", IsNonCpuIntensive: false));
    }

    [Test]
    public void The_versions_are_known()
    {
        Project.Versions.Select(static version => version.Tuple).Should().Equal(
            new VersionTuple("upper", "x86_64-pc-linux-gnu", 100, ""), new VersionTuple("upper", "x86_64-pc-linux-gnu", 101, "mt"));
        var version = Project.Versions[0];
        (version.Processors, version.Flops, version.ApiVersion, version.CommandLine).Should().Be((1d, 2e9, "7.20.0", "--fast"));
        version.MainProgram!.FileName.Should().Be("upper_100_x86_64-pc-linux-gnu");
        version.Files.Select(static file => file.LogicalName).Should().Equal("upper_100_x86_64-pc-linux-gnu", "table.dat");
    }

    [Test]
    public void The_files_are_known()
    {
        Project.Files["upper_table_1.dat"].Should().Match<AppFile>(static file => file.Bytes == 6 && file.IsPresent && !file.IsExecutable && file.Signature != null);
        Project.Files["upper_100_x86_64-pc-linux-gnu"].IsExecutable.Should().BeTrue();
        Project.Files["out_1"].IsPresent.Should().BeFalse();
    }

    [Test]
    public void The_task_in_progress_is_known() => Project.Tasks.Should().Equal(new ClientResult("wu_1_0", Project.Versions[0].Tuple));

    [Test]
    public void What_follows_the_next_project_is_the_next_projects()
    {
        var state = Read("<client_state><app><name>nobody's</name></app><project><master_url>https://one.org/</master_url></project><app><name>a</name></app><project><master_url>https://two.org/x/</master_url><dont_request_more_work/></project><app><name>b</name></app></client_state>");
        state.Projects.Select(static project => $"{project.Folder} {project.Apps.Single().Name} {project.WantsNoTasks}").Should().Equal("one.org a False", "two.org_x b True");
    }

    [Test]
    public void A_text_that_the_client_wrote_byte_by_byte_is_readable() =>
        Read("<client_state><project><master_url>https://one.org/</master_url><project_name>J&#195;&#182;rg</project_name></project></client_state>").Projects.Single().Name.Should().Be("Jörg");

    [TestCase("http://127.0.0.1:18377/", "127.0.0.1_18377")]
    [TestCase("https://example.org/sub/path/", "example.org_sub_path")]
    [TestCase("https://example.org/a~b", "example.org_a_b")]
    public void A_projects_folder_has_the_clients_name_for_it(string url, string folder) => ProjectFolder.Of(url).Should().Be(folder);

    [Test]
    public void A_project_whose_folder_would_lie_elsewhere_is_passed_over() => Read("<client_state><project><master_url>http://../</master_url></project></client_state>").Projects.Should().BeEmpty();

    [TestCase("http://127.0.0.1:18377", 1)]
    [TestCase("127.0.0.1_18377", 1)]
    [TestCase("upper & stub", 1)]
    [TestCase("upper", 1)]
    [TestCase("other", 0)]
    [TestCase("", 0)]
    public void A_project_is_found_by_what_people_call_it(string word, int count) => State.Find(word).Should().HaveCount(count);

    [Test]
    public void A_damaged_state_is_read_or_refused() =>
        Mutations.Demand(Recording.Bytes(Recording.ClientState), static bytes => ClientStateReader.Read(MarkupReader.Read(bytes.AsSpan(), "it", MarkupLimits.State)));

    private static ClientStateFile Read(string text) => ClientStateReader.Read(MarkupReader.Read(Encoding.UTF8.GetBytes(text).AsSpan(), "it", MarkupLimits.State));
}
