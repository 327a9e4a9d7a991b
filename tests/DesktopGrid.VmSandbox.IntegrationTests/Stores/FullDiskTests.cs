using System.Diagnostics;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.IntegrationTests.Stores;

/// <summary>A disk that is full, before and in the middle. Only root can mount a small one; as root this is run by build/test.sh.</summary>
[Category("AlsoAsRoot")]
internal sealed class FullDiskTests
{
    private string _disk = null!;

    [SetUp]
    public void NeedsRoot()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Ignore("Only root can mount a small disk; build/test.sh runs this as root too.");
        }

        _disk = Directory.CreateTempSubdirectory("vmsandbox-test-").FullName;
    }

    [TearDown]
    public void Unmount()
    {
        if (_disk is not null)
        {
            Run("/bin/umount", _disk);
            Directory.Delete(_disk, recursive: true);
        }
    }

    [Test]
    public async Task A_store_on_a_full_disk_is_told()
    {
        Mount("64k");
        await FillAsync();

        var failure = (await FluentActions.Awaiting(OpenAsync).Should().ThrowAsync<SandboxException>()).Which;

        failure.Code.Should().Be(SandboxErrorCode.DiskFull);
        failure.Message.Should().Contain("full").And.Contain("Free some space");
    }

    [Test]
    public async Task An_image_that_does_not_fit_leaves_nothing_and_the_store_is_usable()
    {
        Mount("24m");
        await using var host = await OpenAsync();

        var failure = await host.FailAsync(TestJobs.Shell("true"), SandboxErrorCode.DiskFull, TaskFate.NeverStarted);

        failure.Message.Should().Contain("Free some space");
        Directory.EnumerateFileSystemEntries(Path.Combine(_disk, "images")).Should().BeEmpty();
        (await host.Machines.ListAsync()).Should().BeEmpty();
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_disk_that_fills_up_under_a_running_program_ends_the_job_with_its_reason(CancellationToken cancellationToken)
    {
        Mount("90m");
        await using var host = await OpenAsync();

        var job = TestJobs.Shell("echo before; head -c 200000000 /dev/urandom > big; sync; echo after");
        var failure = await host.FailAsync(job, SandboxErrorCode.DiskFull, TaskFate.MayHaveRun, cancellationToken: cancellationToken);

        failure.Message.Should().Contain("The disk that holds the store is full").And.Contain("Free some space");
        failure.IsTransient.Should().BeTrue();
        (await host.Machines.ListAsync(cancellationToken)).Should().BeEmpty();
        Directory.EnumerateFileSystemEntries(Path.Combine(_disk, "machines")).Should().BeEmpty("what the machine had on the disk is free again");
        (await host.RunAsync(TestJobs.Shell("exit 5"), cancellationToken: cancellationToken)).ExitCode.Should().Be(5);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_disk_that_is_full_at_the_program_s_end_does_not_hide_how_it_ended(CancellationToken cancellationToken)
    {
        Mount("90m");
        await using var host = await OpenAsync();

        var result = await host.RunAsync(TestJobs.Shell("echo go; usleep 300000; exit 7"), onOutput: async _ => await FillAsync(), cancellationToken: cancellationToken);

        (result.ExitCode, result.StandardOutput.Text()).Should().Be((7, "go\n"));
        File.Delete(Path.Combine(_disk, "filler"));
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task An_output_for_which_there_is_no_room_is_told_after_the_end_of_the_program(CancellationToken cancellationToken)
    {
        Mount("2m");
        await using var store = await TempStore.OpenAsync();
        var output = Path.Combine(_disk, "out");

        var job = TestJobs.Shell("head -c 5000000 /dev/zero > out") with { Outputs = [new JobOutput("out", output)] };
        var failure = await store.Host.FailAsync(job, SandboxErrorCode.DiskFull, TaskFate.Ended, cancellationToken: cancellationToken);

        failure.Message.Should().Contain(output);
        Directory.EnumerateFileSystemEntries(_disk).Should().BeEmpty("a part of an output is none");
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task Inputs_for_whose_disk_there_is_no_room_are_told_before_anything_runs(CancellationToken cancellationToken)
    {
        Mount("90m");
        await using var host = await OpenAsync();

        var job = TestJobs.Shell("true") with { Inputs = [JobFile.FromBytes("big", new byte[100_000_000])] };
        var failure = await host.FailAsync(job, SandboxErrorCode.DiskFull, TaskFate.NeverStarted, cancellationToken: cancellationToken);

        failure.Message.Should().Contain("inputs").And.Contain("Free some space");
        Directory.EnumerateFileSystemEntries(Path.Combine(_disk, "machines")).Should().BeEmpty();
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task Outputs_for_whose_disk_there_is_no_room_are_got_to_where_there_is(CancellationToken cancellationToken)
    {
        Mount("90m");
        await using var host = await OpenAsync();
        var output = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        var job = TestJobs.Shell("head -c 3000000 /dev/urandom > out; sync; sha256sum < out; usleep 500000") with { Outputs = [new JobOutput("out", output)] };
        var result = await host.RunAsync(job, onOutput: async _ => await FillAsync(), cancellationToken: cancellationToken);

        result.StandardOutput.Text().Should().StartWith(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(output, cancellationToken))));
        File.Delete(output);
        File.Delete(Path.Combine(_disk, "filler"));
    }

    private Task<SandboxHost> OpenAsync()
    {
        var options = new SandboxHostOptions { StorePath = _disk };
        options.Qemu.Accelerator = DesktopGrid.VmSandbox.Qemu.Accelerator.Tcg;
        return SandboxHost.OpenAsync(options, TestLog.Factory);
    }

    private void Mount(string size)
    {
        if (Run("/bin/mount", "-t", "tmpfs", "-o", $"size={size}", "vmsandbox-test", _disk) != 0)
        {
            Assert.Ignore("This root may not mount: a container without that right.");
        }
    }

    private async Task FillAsync()
    {
        await using var file = File.Create(Path.Combine(_disk, "filler"));
        var block = new byte[4096];
        try
        {
            while (true)
            {
                await file.WriteAsync(block);
                await file.FlushAsync();
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }
}
