using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Jobs.Running;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Tests.Jobs;

public sealed class JobCheckTests
{
    private static readonly SandboxJob Good = new() { Program = "/bin/sh" };

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        File.WriteAllText(_folder.File("input"), "x");
    }

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public void A_good_job_has_no_fault() => FluentActions.Invoking(() => JobCheck.Demand(
        new SandboxJob
        {
            Program = "bin/tool",
            Arguments = ["", "π", "a b"],
            Environment = new Dictionary<string, string> { ["A"] = "=", ["_b"] = "" },
            Directory = "out",
            StandardInput = _folder.File("input"),
            Inputs = [JobFile.FromHost(_folder.File("input"), "bin/tool"), JobFile.FromText("a", ""), JobFile.FromBytes("dir/b", new byte[3])],
            Outputs = [new JobOutput("out/r", _folder.File("r")), new JobOutput("out/R", _folder.File("R"))],
            Limits = new JobLimits { WallTime = TimeSpan.FromSeconds(1), CpuTime = TimeSpan.FromDays(365), StandardOutputBytes = 0, OutputFileBytes = 0 },
        },
        StringComparer.Ordinal)).Should().NotThrow();

    private static IEnumerable<TestCaseData> Faults()
    {
        yield return Fault("no program", Good with { Program = "" }, "The job names no program.");
        yield return Fault("a program with a NUL", Good with { Program = "/bin/\0sh" }, "The program's path has a NUL in it.");
        yield return Fault("a program that is no input", Good with { Program = "tool" }, "none of the inputs");
        yield return Fault("a program outside", Good with { Program = "../sh" }, "The program has the path \"../sh\".");
        yield return Fault("an argument with a NUL", Good with { Arguments = ["a\0b"] }, "An argument has a NUL in it.");
        yield return Fault("a variable without a name", Good with { Environment = Variable("", "x") }, "The environment variable \"\"");
        yield return Fault("a variable with = in its name", Good with { Environment = Variable("a=b", "x") }, "The environment variable \"a=b\"");
        yield return Fault("a variable with a NUL", Good with { Environment = Variable("a", "\0") }, "An environment variable has a NUL in it.");
        yield return Fault("an argument of half a letter", Good with { Arguments = ["\udc00"] }, "An argument is no valid Unicode.");
        yield return Fault("a variable of half a letter", Good with { Environment = Variable("a", "\ud800") }, "An environment variable is no valid Unicode.");
        yield return Fault("an output to a host's path with a NUL", Good with { Outputs = [new JobOutput("a", "/tmp/a\0b")] }, "A path of the host has a NUL in it.");
        yield return Fault("an input of a host's path with a NUL", Good with { Inputs = [JobFile.FromHost("/etc/a\0b", "x")] }, "A path of the host has a NUL in it.");
        yield return Fault("a label of half a letter", Good with { Machine = new VmOptions { Labels = Variable("a", "\ud800") } }, "A label is no valid Unicode.");
        yield return Fault("a start folder outside", Good with { Directory = "/tmp" }, "The start folder has the path \"/tmp\"");
        yield return Fault("no wall time", Good with { Limits = new JobLimits { WallTime = TimeSpan.Zero } }, "The wall time limit");
        yield return Fault("two years of wall time", Good with { Limits = new JobLimits { WallTime = TimeSpan.FromDays(730) } }, "The wall time limit");
        yield return Fault("no CPU time", Good with { Limits = new JobLimits { CpuTime = TimeSpan.FromSeconds(-1) } }, "The CPU time limit");
        yield return Fault("negative output", Good with { Limits = new JobLimits { StandardOutputBytes = -1 } }, "The standard output limit");
        yield return Fault("2 GiB of output", Good with { Limits = new JobLimits { StandardOutputBytes = 2L << 30 } }, "The standard output limit");
        yield return Fault("negative files", Good with { Limits = new JobLimits { OutputFileBytes = -1 } }, "The output file limit");
        yield return Fault("a machine that outlives its host", Good with { Machine = new VmOptions { OutlivesHost = true } }, "OutlivesHost must be false");
        yield return Fault("an input at an absolute path", Good with { Inputs = [JobFile.FromText("/etc/passwd", "")] }, "An input has the path \"/etc/passwd\".");
        yield return Fault("an input above", Good with { Inputs = [JobFile.FromText("a/../../b", "")] }, "An input has the path");
        yield return Fault("an input in place of the work directory", Good with { Inputs = [JobFile.FromText(".", "")] }, "An input must name a file");
        yield return Fault("two inputs at one place", Good with { Inputs = [JobFile.FromText("a", ""), JobFile.FromText("a", "")] }, "Two inputs go to \"a\".");
        yield return Fault("an output above", Good with { Outputs = [new JobOutput("../r", "/tmp/r")] }, "An output has the path");
        yield return Fault("the work directory as an output", Good with { Outputs = [new JobOutput(".", "/tmp/r")] }, "An output must name a file");
        yield return Fault("an output to nowhere", Good with { Outputs = [new JobOutput("r", "")] }, "names no file of the host");
        yield return Fault("two outputs to one place", Good with { Outputs = [new JobOutput("a", "/tmp/x/r"), new JobOutput("b", "/tmp/x/../x/r")] }, "Two outputs go to");
        yield return Fault("an output in place of a folder", Good with { Outputs = [new JobOutput("a", "/")] }, "is a folder");
        yield return Fault("null arguments", Good with { Arguments = null! }, "The job's Arguments must not be null and hold no null; leave it out for none.");
        yield return Fault("a null argument", Good with { Arguments = ["a", null!] }, "The job's Arguments must");
        yield return Fault("a null environment", Good with { Environment = null! }, "The job's Environment must");
        yield return Fault("a variable that is null", Good with { Environment = Variable("a", null!) }, "The job's Environment must");
        yield return Fault("null inputs", Good with { Inputs = null! }, "The job's Inputs must");
        yield return Fault("a null input of a program that is an input", Good with { Program = "tool", Inputs = [null!] }, "The job's Inputs must");
        yield return Fault("an input below another", Good with { Inputs = [JobFile.FromText("a/b/c", ""), JobFile.FromText("a/b", "")] }, "The input \"a/b/c\" goes into a folder that is another input's file.");
        yield return Fault("an input without a path", Good with { Inputs = [JobFile.FromText(null!, "")] }, "An input has no path.");
        yield return Fault("null outputs", Good with { Outputs = null! }, "The job's Outputs must");
        yield return Fault("a null output", Good with { Outputs = [null!] }, "The job's Outputs must");
        yield return Fault("an output without paths", Good with { Outputs = [new JobOutput(null!, null!)] }, "An output has no path.");
        yield return Fault("no processes", Good with { Limits = new JobLimits { Processes = 0 } }, "The limit of processes");
        yield return Fault("a megabyte of disk", Good with { Limits = new JobLimits { DiskBytes = 1 << 20 } }, "The disk limit");
        yield return Fault("a fraction's file outside", Good with { FractionDone = new FractionDoneSource { File = "../x" } }, "The file of the fraction done has the path");
        yield return Fault("a pattern without a group", Good with { FractionDone = new FractionDoneSource { OutputPattern = "x" } }, "The pattern of the fraction done");
        yield return Fault("a pattern of three groups", Good with { FractionDone = new FractionDoneSource { OutputPattern = "(x)(y)(z)" } }, "The pattern of the fraction done");
        yield return Fault("a pattern that is none", Good with { FractionDone = new FractionDoneSource { OutputPattern = "(x" } }, "The pattern of the fraction done");
        yield return Fault("a pattern that goes back", Good with { FractionDone = new FractionDoneSource { OutputPattern = @"(x)\1" } }, "The pattern of the fraction done");
        yield return Fault("null fraction", Good with { FractionDone = null! }, "The job's FractionDone must not be null; leave it out for the defaults.");
        yield return Fault("null limits", Good with { Limits = null! }, "The job's Limits must not be null; leave it out for the defaults.");
        yield return Fault("a null machine", Good with { Machine = null! }, "The job's Machine must not be null");
        yield return Fault("a null program", Good with { Program = null! }, "The job names no program.");
        yield return Fault("an escape sequence in a name", Good with { Inputs = [JobFile.FromText("/\u001b[2J", "")] }, "\"/.[2J\"");

        static Dictionary<string, string> Variable(string name, string value) => new() { [name] = value };

        static TestCaseData Fault(string name, SandboxJob job, string sentence) => new TestCaseData(job, sentence).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Faults))]
    public void A_fault_gets_one_sentence_before_anything_is_made(SandboxJob job, string sentence)
    {
        var failure = FluentActions.Invoking(() => JobCheck.Demand(job, StringComparer.Ordinal)).Should().Throw<JobException>().Which;

        failure.Message.Should().Contain(sentence);
        (failure.Code, failure.Fate, failure.Step).Should().Be((SandboxErrorCode.JobInvalid, TaskFate.NeverStarted, "job.check"));
    }

    [Test]
    public async Task An_input_that_cannot_be_read_is_named()
    {
        foreach (var job in (SandboxJob[])[Good with { Inputs = [JobFile.FromHost(_folder.File("none"), "a")] }, Good with { StandardInput = _folder.File("none") }])
        {
            var failure = (await FluentActions.Awaiting(() => JobCheck.DemandReadableAsync(job, CancellationToken.None)).Should().ThrowAsync<JobException>()).Which;
            failure.Code.Should().Be(SandboxErrorCode.JobInputUnreadable);
            failure.Message.Should().Contain(_folder.Path);
        }
    }

    [Test]
    public async Task A_folder_is_no_input() =>
        (await FluentActions.Awaiting(() => JobCheck.DemandReadableAsync(Good with { Inputs = [JobFile.FromHost(_folder.Path, "a")] }, CancellationToken.None)).Should().ThrowAsync<JobException>())
            .Which.Message.Should().Contain("is a folder");

    [Test]
    [Platform(Exclude = "Win", Reason = "Windows has no pipes among its files.")]
    [CancelAfter(60_000)]
    public async Task A_pipe_is_no_input_and_one_without_a_writer_can_be_given_up(CancellationToken cancellationToken)
    {
        var pipe = _folder.File("pipe");
        using (var made = System.Diagnostics.Process.Start("mkfifo", [pipe]))
        {
            await made.WaitForExitAsync(cancellationToken);
        }

        var job = Good with { Inputs = [JobFile.FromHost(pipe, "a")] };
        using var caller = new CancellationTokenSource();
        var waiting = JobCheck.DemandReadableAsync(job, caller.Token);
        await caller.CancelAsync();
        await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<OperationCanceledException>();

        // Linux opens a pipe at once for who reads and writes.
        using var writer = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite);
        (await FluentActions.Awaiting(() => JobCheck.DemandReadableAsync(job, cancellationToken)).Should().ThrowAsync<JobException>()).Which.Message.Should().Contain("is a pipe or a device");
    }

    [Test]
    public void Where_file_names_differ_by_more_than_case_two_outputs_may_not()
    {
        var job = Good with { Outputs = [new JobOutput("a", _folder.File("r")), new JobOutput("b", _folder.File("R"))] };

        FluentActions.Invoking(() => JobCheck.Demand(job, StringComparer.Ordinal)).Should().NotThrow();
        FluentActions.Invoking(() => JobCheck.Demand(job, StringComparer.OrdinalIgnoreCase)).Should().Throw<JobException>();
    }
}
