using DesktopGrid.VmSandbox.ConsoleHost.Tests.Support;

namespace DesktopGrid.VmSandbox.ConsoleHost.Tests.Commands;

[CancelAfter(300_000)]
public sealed class RunCommandTests
{
    private ConsoleStore _store = null!;

    // One store for all: the image is checked and unpacked once.
    [OneTimeSetUp]
    public void Open() => _store = new ConsoleStore();

    [OneTimeTearDown]
    public void Close()
    {
        _store.ShouldHaveNoProcess();
        _store.Dispose();
    }

    [Test]
    [Category("AlsoAsRoot")]
    public async Task A_job_takes_its_inputs_gives_its_outputs_and_ends_with_the_programs_exit_code(CancellationToken cancellationToken)
    {
        _store.Write("words.txt", "b\na\n");

        var outcome = await _store.RunWithInputAsync(
            "typed\n", cancellationToken, "run", "--input", "words.txt:in/words.txt", "--output", "out/sorted.txt:result.txt", "--env", "WHO=me", "--dir", "in", "--stdin", "-", "--memory", "192", "--quiet", "--stdout-bytes", "13",
            "/bin/sh", "--", "-c", "cat; echo $WHO $(pwd | tail -c 4); mkdir ../out; sort words.txt > ../out/sorted.txt; echo too much; echo bad >&2; exit 7");

        outcome.ShouldEndWith(7);
        outcome.Output.Should().Be("typed\nme /in\n");
        outcome.Error.Should().Contain("bad\n").And.Contain("vmsandbox: The program wrote more than is kept, and 9 bytes were dropped; --stdout-bytes");
        File.ReadAllText(_store.File("result.txt")).Should().Be("a\nb\n");
        _store.ShouldHaveNothingLeft();
    }

    [Test]
    public async Task With_json_the_result_is_one_object_and_bytes_that_are_no_text_come_in_base64(CancellationToken cancellationToken)
    {
        var outcome = await _store.RunAsync(cancellationToken, "run", "--json", "/bin/sh", "--", "-c", "printf 'gr\\303\\274n'; printf '\\377' >&2; kill -TERM $$");

        var result = outcome.ShouldEndWith(128 + 15).Json;
        result.GetProperty("signal").GetInt32().Should().Be(15);
        result.TryGetProperty("exitCode", out _).Should().BeFalse();
        result.GetProperty("standardOutput").GetProperty("text").GetString().Should().Be("grün");
        result.GetProperty("standardError").GetProperty("base64").GetBytesFromBase64().Should().Equal(0xff);
        result.GetProperty("accelerator").GetString().Should().Be("tcg");
        result.GetProperty("assurance").GetString().Should().Be("emulation");
        result.GetProperty("phases").EnumerateArray().Select(static phase => phase.GetProperty("phase").GetString()).Should().Equal("create", "start", "put", "run", "get", "destroy");
        result.GetProperty("phases")[1].GetProperty("duration").GetDouble().Should().BePositive();
    }

    [Test]
    public async Task Memory_is_shared_where_it_is_asked_for_and_never_without_a_template(CancellationToken cancellationToken)
    {
        var result = (await _store.RunAsync(cancellationToken, "run", "--json", "--share-memory", "/bin/true")).ShouldEndWith(0).Json;
        result.GetProperty("startPath").GetString().Should().Be("sharedTemplate");
        (await _store.RunAsync(cancellationToken, "vm", "create", "--share-memory", "--cold")).ShouldEndWith(64).Error.Should().Contain("ShareMemory needs WarmStart");
        _store.ShouldHaveNothingLeft();
    }

    [Test]
    public async Task A_job_file_says_all_that_the_command_line_can(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_store.File("jobs"));
        _store.Write("jobs/data.txt", "from the file's folder\n");
        _store.Write("jobs/job.json", """
            {
              "program": "go.sh",
              "arguments": ["one", "two"],
              "environment": { "NAME": "value" },
              "standardInput": "data.txt",
              "inputs": [ { "path": "go.sh", "text": "#!/bin/sh\necho $1 $2 $NAME; cat | tee copy.txt\n" }, { "host": "data.txt" } ],
              "outputs": [ { "path": "copy.txt" }, { "path": "never", "optional": true } ],
              "limits": { "wallTime": "2m", "standardOutputBytes": "1M" },
              "machine": { "memoryMiB": 192, "keepLog": "1h" }
            }
            """);

        var outcome = await _store.RunAsync(cancellationToken, "run", "--job", "jobs/job.json", "--verbose");

        outcome.ShouldEndWith(0).Output.Should().Be("one two value\nfrom the file's folder\n");
        File.ReadAllText(_store.File("jobs/copy.txt")).Should().Be("from the file's folder\n");
        outcome.Error.Should().Contain("Phases:").And.Contain("Tcg");
        var id = System.Text.RegularExpressions.Regex.Match(outcome.Error, "vmsandbox logs ([0-9a-f]{12})").Groups[1].Value;
        var log = (await _store.RunAsync(cancellationToken, "logs", id, "--source", "stdout")).ShouldEndWith(0);
        log.Output.Should().MatchRegex("^[0-9T:.-]+Z stdout +one two value\n");
        _store.Machines().Should().BeEmpty();
    }

    [Test]
    public async Task Each_failure_has_the_exit_code_that_says_whether_the_program_ran(CancellationToken cancellationToken)
    {
        var ended = await _store.RunAsync(cancellationToken, "run", "--json", "--quiet", "--stdout-bytes", "1K", "--output", "nothing.txt", "/bin/sh", "--", "-c", "head -c 1500 /dev/zero; exit 5");
        ended.Error.Should().Contain("vmsandbox: The program ended with exit code 5.\n").And.Contain(" 476 bytes were dropped; --stdout-bytes");
        var error = ended.ShouldEndWith(90).Json.GetProperty("error");
        error.GetProperty("fate").GetString().Should().Be("ended");
        error.GetProperty("result").GetProperty("exitCode").GetInt32().Should().Be(5);

        var limited = await _store.RunAsync(cancellationToken, "run", "--json", "--wall-time", "1s", "/bin/sh", "--", "-c", "while :; do :; done");
        error = limited.ShouldEndWith(81).Json.GetProperty("error");
        error.GetProperty("code").GetString().Should().Be("jobLimitExceeded");
        error.GetProperty("fate").GetString().Should().Be("mayHaveRun");
        error.GetProperty("passedLimit").GetProperty("kind").GetString().Should().Be("wallTime");

        var missing = await _store.RunAsync(cancellationToken, "run", "--json", "/bin/no-such-program");
        missing.ShouldEndWith(65).Json.GetProperty("error").GetProperty("fate").GetString().Should().Be("neverStarted");
        _store.Machines().Should().BeEmpty();
    }

    [Test]
    public async Task Where_the_programs_output_cannot_be_written_the_job_ends_with_the_code_for_may_have_run(CancellationToken cancellationToken)
    {
        var words = string.Join(' ', _store.Words("run", "--quiet", "/bin/echo", "lost").Select(static word => $"'{word}'"));

        var outcome = (await SampleProcess.RunAsync(["/bin/sh", "-c", $"{words} > /dev/full"], cancellationToken: cancellationToken)).ShouldEndWith(80);

        outcome.Error.Should().StartWith("vmsandbox: What the program wrote cannot be passed on: ").And.NotContain("   at ");
        _store.ShouldHaveNothingLeft();
    }

    [Test]
    [Category("AlsoAsRoot")]
    public async Task When_qemu_is_killed_under_a_job_it_ends_with_the_code_for_may_have_run(CancellationToken cancellationToken)
    {
        using var run = SampleProcess.Start(_store.Words("run", "--verbose", "--cold", "/bin/sh", "--", "-c", "echo up; while :; do :; done"));
        (await run.Output.ReadLineAsync(cancellationToken)).Should().Be("up");
        var machine = _store.Machines().Should().ContainSingle().Subject;
        // Another process may look at a machine that it cannot take in hand.
        var status = (await _store.RunAsync(cancellationToken, "vm", "status", machine, "--json")).ShouldEndWith(0).Json;
        await SampleProcess.SignalAsync("KILL", status.GetProperty("processId").GetInt32(), cancellationToken);

        var outcome = (await run.EndAsync(cancellationToken)).ShouldEndWith(80);

        outcome.Error.Should().Contain("signal 9").And.Contain("console: ").And.NotContain("   at ");
        _store.ShouldHaveNothingLeft(machine);
    }

    [Test]
    public async Task A_job_whose_run_was_killed_is_told_until_it_is_forgotten(CancellationToken cancellationToken)
    {
        using var run = SampleProcess.Start(_store.Words("run", "--label", "unit=7", "/bin/sh", "--", "-c", "echo up; while :; do :; done"));
        (await run.Output.ReadLineAsync(cancellationToken)).Should().Be("up");
        var machine = _store.Machines().Should().ContainSingle().Subject;

        await run.KillAsync(cancellationToken);

        // Only when QEMU has followed its host can the next process sweep the machine.
        await ConsoleStore.UntilAsync(() => _store.Processes().Count == 0, cancellationToken);
        (await _store.RunAsync(cancellationToken, "jobs")).ShouldEndWith(0).Output.Should().Contain($"machine {machine}: /bin/sh may have run unit=7");
        var told = (await _store.RunAsync(cancellationToken, "jobs", "--json", "--forget")).ShouldEndWith(0).JsonLines.Should().ContainSingle().Subject;
        (told.GetProperty("fate").GetString(), told.GetProperty("labels").GetProperty("unit").GetString()).Should().Be(("mayHaveRun", "7"));
        (await _store.RunAsync(cancellationToken, "jobs")).ShouldEndWith(0).Output.Should().BeEmpty();
        _store.ShouldHaveNothingLeft(machine);
    }

    [Test]
    [Category("AlsoAsRoot")]
    public async Task Ctrl_C_ends_a_job_cleanly_and_leaves_nothing(CancellationToken cancellationToken)
    {
        using var run = SampleProcess.Start(_store.Words("run", "/bin/sh", "--", "-c", "echo up; while :; do :; done"));
        (await run.Output.ReadLineAsync(cancellationToken)).Should().Be("up");
        var machine = _store.Machines().Should().ContainSingle().Subject;

        await run.InterruptAsync(cancellationToken);

        (await run.EndAsync(cancellationToken)).ShouldEndWith(130).Error.Should().Contain("vmsandbox: Cancelled.");
        _store.ShouldHaveNothingLeft(machine);
    }
}
