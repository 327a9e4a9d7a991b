namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Alone;

/// <summary>The wrapper without a client, as a developer runs it in a folder, and as a signal of the computer finds it.</summary>
[TestFixture]
[CancelAfter(300_000)]
public sealed class AloneTests
{
    private const int Terminate = 15;
    private const int Kill = 9;

    private LoneSlot _slot = null!;

    [SetUp]
    public void Make() => _slot = new LoneSlot();

    [TearDown]
    public void Remove() => _slot.Dispose();

    [Test]
    public async Task A_job_gives_what_it_gives_without_a_sandbox_and_leaves_no_machine(CancellationToken cancellationToken)
    {
        _slot.PutJob(steps: 12, stepMs: 20);

        var (exitCode, said) = await _slot.RunAsync(cancellationToken);

        exitCode.Should().Be(0, said);
        _slot.Read("out").Should().Be(_slot.ExpectedOutput(12));
        _slot.Read("boinc_finish_called").Should().Be("0\n");
        _slot.Machines.Should().BeEmpty();
    }

    [Test]
    public async Task A_computer_that_shuts_down_costs_nothing(CancellationToken cancellationToken)
    {
        _slot.PutJob(steps: 40, stepMs: 200);
        using (var first = _slot.Start())
        {
            await first.WaitUntilSaidAsync("running plain-task", cancellationToken);
            first.Signal(Terminate);
            (await first.EndAsync(cancellationToken)).ExitCode.Should().Be(0);
            first.Said.Should().Contain("the work is kept");
            _slot.Has("boinc_finish_called").Should().BeFalse("the client is to start it again");
        }

        var (exitCode, said) = await _slot.RunAsync(cancellationToken);

        exitCode.Should().Be(0, said);
        said.Should().Contain("the machine goes on from what was kept");
        _slot.Read("out").Should().Be(_slot.ExpectedOutput(40));
    }

    [TestCase("<abort/>", 194, 0)]
    [TestCase("<quit/>", 0, 1)]
    public async Task A_word_that_comes_before_the_task_goes_on_is_obeyed(string word, int exitCode, int machines, CancellationToken cancellationToken)
    {
        _slot.PutJob(steps: 40, stepMs: 200);
        _slot.GiveClient(word: "");
        using (var first = _slot.Start())
        {
            await first.WaitUntilSaidAsync("running plain-task", cancellationToken);
            first.Signal(Terminate);
            (await first.EndAsync(cancellationToken)).ExitCode.Should().Be(0);
            _slot.Machines.Should().ContainSingle(first.Said);
        }

        _slot.GiveClient(word);
        var ended = await _slot.RunAsync(cancellationToken);

        ended.ExitCode.Should().Be(exitCode, ended.Said);
        ended.Said.Should().NotContain("goes on");
        _slot.Machines.Should().HaveCount(machines, ended.Said);
        _slot.Has("boinc_finish_called").Should().BeFalse();
    }

    [Test]
    public async Task A_process_that_is_killed_leaves_no_QEMU_and_its_task_begins_anew(CancellationToken cancellationToken)
    {
        _slot.PutJob(steps: 12, stepMs: 100);
        using (var first = _slot.Start())
        {
            await first.WaitUntilSaidAsync("running plain-task", cancellationToken);
            first.Signal(Kill);
            await first.EndAsync(cancellationToken);
        }

        var (exitCode, said) = await _slot.RunAsync(cancellationToken);

        exitCode.Should().Be(0, said);
        _slot.Read("out").Should().Be(_slot.ExpectedOutput(12));
        _slot.Machines.Should().BeEmpty("the machine of before was never kept, and is of no use");
    }

    [Test]
    public async Task A_task_whose_outputs_are_home_only_says_so(CancellationToken cancellationToken)
    {
        _slot.PutJob(steps: 12, stepMs: 20);
        (await _slot.RunAsync(cancellationToken)).ExitCode.Should().Be(0);
        File.Delete(Path.Combine(_slot.Folder, "boinc_finish_called"));
        File.Delete(Path.Combine(_slot.Folder, "plain-task"));
        _slot.PutBytes("plain-task", []);

        var (exitCode, said) = await _slot.RunAsync(cancellationToken);

        exitCode.Should().Be(0, said);
        said.Should().NotContain("running plain-task");
        _slot.Read("boinc_finish_called").Should().Be("0\n");
    }

    [Test]
    public async Task Several_programs_run_one_after_the_other_with_a_helper_beside_them_and_a_packed_output(CancellationToken cancellationToken)
    {
        _slot.Put("first", "#!/bin/sh\ncat > made.dat\necho \"$@\" >> made.dat\necho left > $FOLDER/other.txt\nmkdir sub\n");
        _slot.Put("second", "#!/bin/sh\nuntil [ -e helped ]; do sleep 0.1; done\ncat made.dat told\n");
        _slot.Put("helper", "#!/bin/sh\nread line\necho \"$NAME in ${PWD##*/}: $line\"\ntouch ../helped\nsleep 1000\n");
        _slot.Put("in", "from standard input\n");
        _slot.Put("job.xml", """
            <job_desc>
            <task><application>first</application><command_line>boinc_resolve(in) "two words" $NTHREADS</command_line><stdin_filename>in</stdin_filename><setenv>FOLDER=$PWD</setenv></task>
            <task><application>second</application><stdout_filename>out</stdout_filename></task>
            <task><application>helper</application><stdin_filename>in</stdin_filename><stdout_filename>told</stdout_filename><setenv>NAME=helper</setenv><exec_dir>$PWD/sub</exec_dir><daemon/></task>
            <zip_output><zipfilename>packed.zip</zipfilename><filename>\.dat$</filename><filename>^other</filename></zip_output>
            </job_desc>
            """);

        var (exitCode, said) = await _slot.RunAsync(cancellationToken, "--nthreads", "1");

        exitCode.Should().Be(0, said);
        _slot.Read("out").Should().Be("from standard input\nin two words 1\nhelper in sub: from standard input\n");
        using var archive = System.IO.Compression.ZipFile.OpenRead(Path.Combine(_slot.Folder, "packed.zip"));
        archive.Entries.Select(static entry => entry.FullName).Should().Equal("made.dat", "other.txt");
    }

    [Test]
    public async Task A_program_that_takes_too_long_is_ended_and_the_next_begins(CancellationToken cancellationToken)
    {
        _slot.Put("slow", "#!/bin/sh\nsleep 1000\n");
        _slot.Put("quick", "#!/bin/sh\necho done\n");
        _slot.Put("job.xml", "<job_desc><task><application>slow</application><time_limit>3</time_limit></task><task><application>quick</application><stdout_filename>out</stdout_filename></task></job_desc>");

        var (exitCode, said) = await _slot.RunAsync(cancellationToken);

        exitCode.Should().Be(0, said);
        said.Should().Contain("slow has reached its time limit");
        _slot.Read("out").Should().Be("done\n");
    }
}
