using DesktopGrid.VmSandbox.Boinc.InitData;
using DesktopGrid.VmSandbox.Boinc.Tests.Support;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Options;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Wrapper;

public sealed class TaskPlannerTests
{
    private TempSlot _slot = null!;

    [SetUp]
    public void Make() => _slot = new TempSlot();

    [TearDown]
    public void Remove() => _slot.Dispose();

    [Test]
    public void A_payload_gets_all_that_stands_before_the_marker()
    {
        _slot.Link("app", "docking_1.00", "#!/bin/sh\n");
        _slot.Link("vmsandbox.xml", "docking_vmsandbox.xml", "<vmsandbox><payload>app</payload><memory_mib>300</memory_mib></vmsandbox>");

        var plan = Plan(["-n", "5", "--vmsandbox", "cpus=2"]);

        plan.Tasks.Should().ContainSingle().Which.Arguments.Should().Equal("-n", "5");
        (plan.VirtualCpus, plan.IsJob, plan.HasApi).Should().Be((2, false, false));
    }

    [TestCase("boinc_mmap_file")]
    [TestCase("\0libboinc_api.so.7\0")]
    [TestCase("\0boinc_init_options\0")]
    public void A_program_with_the_api_in_it_is_known(string mark)
    {
        _slot.Link("app", "docking_1.00", new string('x', 1024 * 1024 - 5) + mark);
        _slot.Link("vmsandbox.xml", "docking_vmsandbox.xml", "<vmsandbox><payload>app</payload></vmsandbox>");

        Plan([]).HasApi.Should().BeTrue();
    }

    [Test]
    public void A_job_becomes_lines_of_the_guests_shell()
    {
        _slot.Link("worker", "docking_1.00", "");
        _slot.Link("job.xml", "docking_job.xml", """
            <job_desc><task><application>worker</application><command_line>-t $NTHREADS -d $PROJECT_DIR "a b"</command_line>
            <stdin_filename>in</stdin_filename><stdout_filename>it's out</stdout_filename><setenv>A=$PWD</setenv><exec_dir>$PWD/sub</exec_dir>
            <append_cmdline_args/></task></job_desc>
            """);

        var plan = Plan(["--nthreads", "3", "--trickle", "60", "--passthrough_child", "-x"]);
        var request = plan.Tasks[0].ToRequest("id", null);

        request.Program.Should().Be("/bin/sh");
        request.Arguments.Should().Equal("-c", "exec \"$0\" \"$@\" <'/work/in' >>'/work/it'\\''s out' 2>>'/work/stderr.txt'", "/work/worker", "-t", "3", "-d", "/work/vmsandbox_project", "a b", "-x");
        request.Environment.Should().Contain("A", "/work");
        request.Directory.Should().Be("sub");
        (plan.VirtualCpus, plan.WantsProject, plan.TricklePeriod, plan.IsJob).Should().Be((3, true, TimeSpan.FromSeconds(60), true));
    }

    [Test]
    public void A_daemon_has_streams_and_a_folder_of_its_own()
    {
        _slot.Link("worker", "docking_1.00", "");
        _slot.Put("job.xml", """
            <job_desc><task><application>worker</application></task><task><application>worker</application><command_line>-t $NTHREADS "it's"</command_line>
            <stdin_filename>in</stdin_filename><stdout_filename>out</stdout_filename><stderr_filename>err</stderr_filename><setenv>A=$PWD</setenv>
            <exec_dir>$PWD/sub</exec_dir><daemon/></task></job_desc>
            """);

        Plan([]).Tasks.Should().ContainSingle().Which.ToRequest("id", null).Arguments.Should().Equal(
            "-c",
            "(cd '/work/sub' || exit 1; export 'LD_LIBRARY_PATH=/work'; export 'A=/work'; exec '/work/worker' '-t' '1' 'it'\\''s' <'/work/in' >>'/work/out' 2>>'/work/err') & "
                + "\"$0\" \"$@\" <'/dev/null' >>'/dev/null' 2>>'/work/stderr.txt'; code=$?; kill $(jobs -p) 2>/dev/null; exit $code",
            "/work/worker");
    }

    [Test]
    public void A_daemons_variable_that_no_shell_can_set_is_refused()
    {
        _slot.Link("worker", "docking_1.00", "");
        _slot.Put("job.xml", "<job_desc><task><application>worker</application></task><task><application>worker</application><setenv>a-b=c</setenv><daemon/></task></job_desc>");

        Planning([]).Should().Throw<BoincException>().WithMessage("*that no shell can set: a-b.*");
    }

    [TestCase("--wrong", "The command line has an unknown option \"--wrong\".")]
    [TestCase("--nthreads", "The command line's --nthreads wants a number from 1 to 64.")]
    [TestCase("--nthreads 0", "The command line's --nthreads wants a number from 1 to 64.")]
    [TestCase("--device 0", "The client gives this task a GPU (--device): there is none in a sandbox.")]
    [TestCase("--vmsandbox memory_mib=5", "The command line, after --vmsandbox, has a <memory_mib> that is no number from 96 to 65536: \"5\".")]
    public void A_wrong_command_line_is_named(string line, string sentence)
    {
        _slot.Link("worker", "docking_1.00", "");
        _slot.Put("job.xml", "<job_desc><task><application>worker</application></task></job_desc>");

        Planning(line.Split(' ')).Should().Throw<BoincException>().Where(e => e.Sentence == sentence);
    }

    [Test]
    public void A_slot_that_says_nothing_of_a_program_is_refused() => Planning([]).Should().Throw<BoincException>().WithMessage("There is no job.xml in the slot*");

    [Test]
    public void A_program_that_is_not_there_is_named()
    {
        _slot.Put("job.xml", "<job_desc><task><application>worker</application></task></job_desc>");

        Planning([]).Should().Throw<BoincException>().WithMessage("job.xml names the program worker, and the slot has no such file.");
    }

    [Test]
    public void A_program_of_the_work_unit_is_refused()
    {
        _slot.Link("worker", "wu_input", "#!/bin/sh\n");
        _slot.Put("job.xml", "<job_desc><task><application>worker</application></task></job_desc>");

        Planning([]).Should().Throw<BoincException>().WithMessage("worker in the slot is no file of the app version.").Which.Code.Should().Be(SandboxErrorCode.BoincUnsupported);
    }

    [TestCase("qemu=in")]
    [TestCase("qemu=/bin/sh")]
    [TestCase("guest_image=in")]
    [TestCase("payload=in")]
    [TestCase("layer=in")]
    [TestCase("output=x")]
    [TestCase("memory=512")]
    public void A_work_unit_says_by_no_command_line_what_runs_here(string setting)
    {
        _slot.Link("worker", "docking_1.00", "");
        _slot.Link("in", "wu_in", "an archive");
        _slot.Put("job.xml", "<job_desc><task><application>worker</application></task></job_desc>");

        Planning(["--vmsandbox", setting]).Should().Throw<BoincException>().WithMessage("The command line sets *; only memory_mib and cpus may stand there*");
    }

    [Test]
    public void A_work_unit_brings_no_options_of_ours()
    {
        _slot.Link("worker", "docking_1.00", "");
        _slot.Link("vmsandbox.xml", "wu_in", "<vmsandbox><payload>worker</payload></vmsandbox>");

        Planning([]).Should().Throw<BoincException>().WithMessage("vmsandbox.xml in the slot is no file of the app version.");
    }

    private Action Planning(string[] arguments) => () => Plan(arguments);

    private TaskPlan Plan(string[] arguments)
    {
        var taken = WrapperArguments.Of(arguments);
        var data = AppInitDataReader.Parse(InitDataText.Of(_slot.Project, _slot.DataDirectory, more: "<app_file>docking_vmsandbox.xml</app_file>"));
        var files = new VersionFiles(_slot.Slot, data);
        var options = WrapperOptionsReader.Read(files, taken.Own);
        return new TaskPlanner(files, options, taken, data).Make(_slot.Files());
    }
}
