namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Alone;

/// <summary>What a project's administrator reads when something is wrong: an exit code, and one line.</summary>
[TestFixture]
[CancelAfter(120_000)]
public sealed class BadInputTests
{
    private const int InitFailure = 206;
    private const string Job = "<job_desc><task><application>app</application></task></job_desc>";

    private LoneSlot _slot = null!;

    [SetUp]
    public void Make() => _slot = new LoneSlot();

    [TearDown]
    public void Remove() => _slot.Dispose();

    [TestCase("init_data.xml", "<app_init_data><result_name>", "init_data.xml is no well-formed XML: line 1, column ")]
    [TestCase("init_data.xml", "<app_init_data></app_init_data>", "init_data.xml: <app_init_data> has no <result_name>.")]
    [TestCase("job.xml", "<job_desc><task>", "job.xml is no well-formed XML: line 1, column ")]
    [TestCase("job.xml", "<job_desc><task/></job_desc>", "job.xml: <task> has no <application>.")]
    [TestCase("job.xml", Job, "job.xml names the program app, and the slot has no such file.")]
    [TestCase("vmsandbox.xml", "<vmsandbox><payload>", "vmsandbox.xml is no well-formed XML: line 1, column ")]
    [TestCase("vmsandbox.xml", "<vmsandbox><speed>fast</speed></vmsandbox>", "vmsandbox.xml has an unknown option \"speed\".")]
    [TestCase("vmsandbox.xml", "<vmsandbox><api>maybe</api></vmsandbox>", "vmsandbox.xml has an <api> that is neither 1 nor 0: \"maybe\".")]
    [TestCase("vmsandbox.xml", "<vmsandbox><payload>app</payload></vmsandbox>", "vmsandbox.xml names the program app, and the slot has no such file.")]
    [TestCase("nothing", "", "There is no job.xml in the slot, and no vmsandbox.xml that names a <payload>: nothing says what to run.")]
    public Task A_file_that_is_wrong_is_named(string name, string content, string sentence) => DemandAsync(name, content, sentence);

    [TestCase("MZ", "a Windows program")]
    [TestCase("\u007fELF\u0002\u0001\u0001\0\0\0\0\0\0\0\0\0\u0002\0\u0028\0", "a program for another processor")]
    [TestCase("echo hello\n", "no program")]
    [TestCase("", "no program")]
    public async Task A_program_that_is_none_is_named(string content, string what, CancellationToken cancellationToken)
    {
        _slot.Put("app", content);
        _slot.Put("job.xml", Job);

        var (exitCode, said) = await _slot.RunAsync(cancellationToken);

        exitCode.Should().Be(InitFailure, said);
        said.Should().Contain($"app is {what}: a sandbox runs Linux programs for x86-64, and scripts that begin with #!.");
        _slot.Machines.Should().BeEmpty();
    }

    [TestCase("$FOO", "job.xml has an unknown macro: $FOO.")]
    [TestCase("$GPU_DEVICE_NUM", "job.xml asks for a GPU ($GPU_DEVICE_NUM): there is none in a sandbox.")]
    public async Task A_macro_that_is_not_there_is_named(string macro, string sentence)
    {
        _slot.Put("app", "#!/bin/sh\n");
        await DemandAsync("job.xml", Job.Replace("</application>", $"</application><command_line>{macro}</command_line>", StringComparison.Ordinal), sentence);
    }

    [TestCase(0)]
    [TestCase(100)]
    public async Task Memory_of_the_client_that_is_cut_is_named(int length)
    {
        _slot.PutBytes("boinc_mmap_file", new byte[length]);
        await DemandAsync("init_data.xml", "<app_init_data><result_name>r</result_name><project_dir>/p</project_dir><boinc_dir>/b</boinc_dir></app_init_data>", $"boinc_mmap_file has {length} bytes; the client's shared memory has 8192.");
    }

    [Test]
    public Task Memory_of_the_client_that_is_not_there_is_named() =>
        DemandAsync("init_data.xml", "<app_init_data><result_name>r</result_name><project_dir>/p</project_dir><boinc_dir>/b</boinc_dir></app_init_data>", "There is no boinc_mmap_file in the slot: the client has not made its shared memory.");

    [Test]
    public async Task An_engine_that_is_not_there_is_named(CancellationToken cancellationToken)
    {
        _slot.Put("app", "#!/bin/sh\n");
        _slot.Put("job.xml", Job);
        _slot.Put("vmsandbox.xml", "<vmsandbox><qemu>engine.tar.gz</qemu></vmsandbox>");

        var (exitCode, said) = await _slot.RunAsync(cancellationToken);

        (exitCode, said).Should().Match<(int ExitCode, string Said)>(static end => end.ExitCode == InitFailure && end.Said.Contains("vmsandbox.xml names engine.tar.gz, and the slot has no such file."));
    }

    [Test]
    public async Task An_archive_that_is_none_is_named(CancellationToken cancellationToken)
    {
        _slot.Put("app", "#!/bin/sh\n");
        _slot.Put("job.xml", Job);
        _slot.Put("engine.tar.gz", "not an archive");
        _slot.Put("vmsandbox.xml", "<vmsandbox><qemu>engine.tar.gz</qemu></vmsandbox>");

        var (exitCode, said) = await _slot.RunAsync(cancellationToken);

        exitCode.Should().Be(InitFailure, said);
        said.Should().Contain("engine.tar.gz is no archive that can be unpacked");
    }

    private async Task DemandAsync(string name, string content, string sentence)
    {
        _slot.Put(name, content);

        var (exitCode, said) = await _slot.RunAsync(TestContext.CurrentContext.CancellationToken);

        exitCode.Should().Be(InitFailure, said);
        said.Should().Contain($"vmsandbox: {sentence}");
        said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().ContainSingle("one line says it all");
    }
}
