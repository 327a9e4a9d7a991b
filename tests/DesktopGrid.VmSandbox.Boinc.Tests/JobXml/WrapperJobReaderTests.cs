using DesktopGrid.VmSandbox.Boinc.JobXml;

namespace DesktopGrid.VmSandbox.Boinc.Tests.JobXml;

public sealed class WrapperJobReaderTests
{
    private const string Whole = """
        <job_desc>
          <task>
            <application>first</application>
            <command_line>-n $NTHREADS "two words" boinc_resolve(in)</command_line>
            <stdin_filename>in</stdin_filename>
            <stdout_filename>out</stdout_filename>
            <stderr_filename>err</stderr_filename>
            <checkpoint_filename>state</checkpoint_filename>
            <fraction_done_filename>done</fraction_done_filename>
            <weight>3</weight>
            <setenv>DATA=$PROJECT_DIR/data</setenv>
            <setenv>EMPTY=</setenv>
            <exec_dir>$PWD/sub</exec_dir>
            <multi_process/>
            <append_cmdline_args>1</append_cmdline_args>
            <time_limit>100.5</time_limit>
            <priority>2</priority>
            <forward_slashes/>
            <of_tomorrow>x</of_tomorrow>
          </task>
          <task><application>second</application></task>
          <task><application>helper</application><daemon/></task>
          <unzip_input><zipfilename>a.zip</zipfilename><zipfilename>b.zip</zipfilename></unzip_input>
          <zip_output><zipfilename>out.zip</zipfilename><filename>.*\.dat$</filename></zip_output>
          <enable_graphics_support/>
          <sometimes/>
        </job_desc>
        """;

    [Test]
    public void Every_element_of_the_stock_wrapper_is_read()
    {
        var job = WrapperJobReader.Parse(Whole);

        job.Tasks.Should().HaveCount(2);
        job.Tasks[0].Should().BeEquivalentTo(new WrapperTask
        {
            Application = "first",
            CommandLine = "-n $NTHREADS \"two words\" boinc_resolve(in)",
            StandardInput = "in",
            StandardOutput = "out",
            StandardError = "err",
            FractionDoneFile = "done",
            Weight = 3,
            Environment = [new("DATA", "$PROJECT_DIR/data"), new("EMPTY", "")],
            Directory = "$PWD/sub",
            AppendsArguments = true,
            TimeLimit = TimeSpan.FromSeconds(100.5),
        });
        job.Daemons.Should().ContainSingle().Which.Application.Should().Be("helper");
        job.UnzipInputs.Should().Equal("a.zip", "b.zip");
        job.ZipOutput!.FileName.Should().Be("out.zip");
        job.ZipOutput.Patterns.Select(static pattern => pattern.ToString()).Should().Equal(".*\\.dat$");
        job.Unknown.Should().Equal("sometimes", "task/of_tomorrow");
    }

    [TestCase("<job_desc></job_desc>", "job.xml is of no use: it names no task.")]
    [TestCase("<job_desc><task/></job_desc>", "job.xml: <task> has no <application>.")]
    [TestCase("<job_desc><task><application>a</application><weight>heavy</weight></task></job_desc>", "job.xml: <weight> in <task> is no such number: \"heavy\".")]
    [TestCase("<job_desc><task><application>a</application><time_limit>-1</time_limit></task></job_desc>", "job.xml is of no use: a <time_limit> is out of its range.")]
    [TestCase("<job_desc><task><application>a</application><setenv>NO</setenv></task></job_desc>", "job.xml is of no use: <setenv> is no NAME=VALUE: \"NO\".")]
    [TestCase("<job_desc><task><application>a</application><stdout_filename>../../x</stdout_filename></task></job_desc>", "job.xml is of no use: <stdout_filename> does not name a file of the slot: \"../../x\".")]
    [TestCase("<job_desc><task>", "job.xml is no well-formed XML: line 1, column 17.")]
    public void What_is_wrong_is_said(string text, string sentence) =>
        ((Action)(() => WrapperJobReader.Parse(text))).Should().Throw<BoincException>().Where(e => e.Sentence == sentence);
}
