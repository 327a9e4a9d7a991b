using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Jobs;

/// <summary>Jobs that cannot be run, or whose result cannot be had: one sentence each, and whether the program ran.</summary>
internal sealed class FaultyJobTests : StoreFixture
{
    private static IEnumerable<TestCaseData> Invalid()
    {
        var shell = TestJobs.Shell("true");
        yield return new TestCaseData(shell with { Program = "" }, SandboxErrorCode.JobInvalid).SetArgDisplayNames("no program");
        yield return new TestCaseData(shell with { Program = "none-of-the-inputs" }, SandboxErrorCode.JobInvalid).SetArgDisplayNames("a program that is no input");
        yield return new TestCaseData(shell with { Inputs = [JobFile.FromText("../out", "")] }, SandboxErrorCode.JobInvalid).SetArgDisplayNames("an input outside");
        yield return new TestCaseData(shell with { Outputs = [new JobOutput("/etc/passwd", "/tmp/x")] }, SandboxErrorCode.JobInvalid).SetArgDisplayNames("an output outside");
        yield return new TestCaseData(shell with { Limits = new JobLimits { WallTime = TimeSpan.Zero } }, SandboxErrorCode.JobInvalid).SetArgDisplayNames("no time");
        yield return new TestCaseData(shell with { Machine = new VmOptions { MemoryMiB = 1 } }, SandboxErrorCode.MachineInvalid).SetArgDisplayNames("no memory");
        yield return new TestCaseData(shell with { Machine = new VmOptions { MemoryMiB = 64 } }, SandboxErrorCode.MachineInvalid).SetArgDisplayNames("less memory than the image needs");
        yield return new TestCaseData(shell with { Machine = new VmOptions { OutlivesHost = true } }, SandboxErrorCode.JobInvalid).SetArgDisplayNames("a machine that outlives its host");
        yield return new TestCaseData(shell with { Machine = new VmOptions { Image = "no-such-image" } }, SandboxErrorCode.ImageMissing).SetArgDisplayNames("no such image");
        yield return new TestCaseData(shell with { Inputs = [JobFile.FromHost("/nowhere/at all")] }, SandboxErrorCode.JobInputUnreadable).SetArgDisplayNames("an input that is missing");
        yield return new TestCaseData(shell with { Inputs = [JobFile.FromHost("/tmp", "folder")] }, SandboxErrorCode.JobInvalid).SetArgDisplayNames("an input that is a folder");
        yield return new TestCaseData(shell with { StandardInput = "/nowhere/at all" }, SandboxErrorCode.JobInputUnreadable).SetArgDisplayNames("a standard input that is missing");
    }

    [TestCaseSource(nameof(Invalid))]
    public async Task A_job_with_a_fault_is_refused_before_a_machine_is_made(SandboxJob job, SandboxErrorCode code)
    {
        var failure = await Host.FailAsync(job, code, TaskFate.NeverStarted);

        failure.Machine.Should().BeNull();
        failure.Message.Should().NotContainAny("Exception", "   at ");
    }

    [Test]
    public async Task An_input_that_its_owner_cannot_read_is_refused()
    {
        var path = Store.Path_("locked");
        await File.WriteAllTextAsync(path, "x");
        File.SetUnixFileMode(path, UnixFileMode.None);
        if (Environment.IsPrivilegedProcess)
        {
            Assert.Ignore("Root reads every file; as an ordinary user this is tested.");
        }

        await Host.FailAsync(TestJobs.Shell("true") with { Inputs = [JobFile.FromHost(path)] }, SandboxErrorCode.JobInputUnreadable, TaskFate.NeverStarted);
    }

    [TestCase("/bin/nothing")]
    [TestCase("/etc")]
    [TestCase("text")]
    [CancelAfter(180_000)]
    public async Task A_program_that_cannot_be_started_never_started(string program, CancellationToken cancellationToken)
    {
        // The last of the cases: a file without a format that the kernel knows.
        var job = new SandboxJob { Program = program, Inputs = [JobFile.FromBytes("text", new byte[] { 1, 2, 3, 4 })] };

        var failure = await Host.FailAsync(job, SandboxErrorCode.GuestStartRefused, TaskFate.NeverStarted, cancellationToken: cancellationToken);

        failure.Step.Should().Be("job.run");
        failure.Machine.Should().NotBeNull();
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task An_output_that_was_not_made_is_a_failure_after_the_end_of_the_program(CancellationToken cancellationToken)
    {
        var job = TestJobs.Shell("exit 0") with { Outputs = [new JobOutput("result.txt", Store.Path_("result.txt"))] };

        var failure = await Host.FailAsync(job, SandboxErrorCode.JobOutputMissing, TaskFate.Ended, cancellationToken: cancellationToken);

        failure.Message.Should().Contain("result.txt");
        failure.Machine.Should().NotBeNull();
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task An_output_that_cannot_be_written_on_the_host_is_a_failure_after_the_end_of_the_program(CancellationToken cancellationToken)
    {
        // A folder that nobody can make, root neither.
        var job = TestJobs.Shell("echo x > out") with { Outputs = [new JobOutput("out", "/proc/nowhere/out")] };

        var failure = await Host.FailAsync(job, SandboxErrorCode.JobOutputUnwritable, TaskFate.Ended, cancellationToken: cancellationToken);

        failure.Message.Should().Contain("/proc/nowhere/out");
    }

    [TestCase(true)]
    [TestCase(false)]
    [CancelAfter(180_000)]
    public async Task An_input_that_goes_away_after_the_check_is_told_and_the_program_never_started(bool standardInput, CancellationToken cancellationToken)
    {
        var path = Store.Path_("fleeting");
        await File.WriteAllTextAsync(path, "x", cancellationToken);
        var job = TestJobs.Shell("true") with { Inputs = standardInput ? [] : [JobFile.FromHost(path)], StandardInput = standardInput ? path : null };

        var failure = await Host.FailAsync(job, SandboxErrorCode.JobInputUnreadable, TaskFate.NeverStarted, new Recorder(_ => File.Delete(path)), cancellationToken: cancellationToken);

        failure.Message.Should().Contain(path);
    }
}
