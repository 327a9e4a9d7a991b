using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Jobs;

/// <summary>What a program was given, and what came of it.</summary>
internal sealed class ResultTests : StoreFixture
{
    [TestCase("exit 0", 0, null)]
    [TestCase("exit 255", 255, null)]
    [TestCase("kill -SEGV $$", null, 11)]
    [CancelAfter(180_000)]
    public async Task The_end_of_the_program_is_told_as_it_was(string script, int? exitCode, int? signal, CancellationToken cancellationToken)
    {
        var result = await Host.RunAsync(TestJobs.Shell(script), cancellationToken: cancellationToken);

        (result.ExitCode, result.Signal).Should().Be((exitCode, signal));
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task Arguments_environment_folder_and_input_arrive_byte_for_byte(CancellationToken cancellationToken)
    {
        var stdin = Store.Path_("stdin");
        await File.WriteAllBytesAsync(stdin, [.. Enumerable.Range(0, 3_000_000).Select(static i => (byte)(i * 7))], cancellationToken);
        var job = new SandboxJob
        {
            Program = "bin/show.sh",
            Arguments = ["", " two words ", "a\nb", "\"'$HOME`*\\", "ünïcödé", "-n"],
            Environment = new Dictionary<string, string> { ["EMPTY"] = "", ["LINES"] = "a\nb", ["HOME"] = "/elsewhere" },
            Directory = "data/deep",
            StandardInput = stdin,
            Inputs =
            [
                JobFile.FromText("bin/show.sh", "#!/bin/sh\nfor a; do printf '<%s>' \"$a\"; done; printf '|%s|%s|%s|' \"$EMPTY\" \"$LINES\" \"$HOME\"; pwd; cat here.txt; sha256sum; id -u; stat -c %a ../../bin/show.sh\n"),
                JobFile.FromText("data/deep/here.txt", "here\n"),
            ],
        };

        var result = await Host.RunAsync(job, cancellationToken: cancellationToken);

        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(stdin, cancellationToken)));
        result.StandardError.Text().Should().BeEmpty();
        result.StandardOutput.Text().Should().Be($"<>< two words ><a\nb><\"'$HOME`*\\><ünïcödé><-n>||a\nb|/elsewhere|/work/data/deep\nhere\n{hash}  -\n1000\n755\n");
        result.ExitCode.Should().Be(0);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task The_result_tells_what_the_work_cost_and_what_ran_it(CancellationToken cancellationToken)
    {
        var result = await Host.RunAsync(TestJobs.Shell("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"), cancellationToken: cancellationToken);

        result.CpuTime.Should().BeGreaterThan(TimeSpan.FromMilliseconds(50));
        result.HostCpuTime.Should().BeGreaterThan(TimeSpan.FromMilliseconds(50));
        result.PeakMemoryBytes.Should().BeInRange(100_000, 256L << 20);
        (result.Accelerator, result.Assurance, result.StartPath).Should().Be((Accelerator.Tcg, AssuranceLevel.Emulation, StartPath.Template));
        result.CpuModel.Should().StartWith("Haswell-v4");
        result.MachineType.Should().StartWith("pc-i440fx-");
        result.QemuVersion.Should().MatchRegex(@"^\d+\.\d+");
        result.Phases.Select(static phase => phase.Phase).Should().Equal(TestJobs.Phases);
        result.Phases.Single(static phase => phase.Phase == JobPhase.Start).Duration.Should().BeGreaterThan(TimeSpan.FromMilliseconds(100));
        result.Phases.Single(static phase => phase.Phase == JobPhase.Run).Duration.Should().BeGreaterThan(result.CpuTime / 2);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task Outputs_replace_old_files_make_their_folders_and_may_be_absent_where_they_are_optional(CancellationToken cancellationToken)
    {
        var (old, fresh, absent) = (Store.Path_("old.bin"), Store.Path_("some/new folder/out.bin"), Store.Path_("absent.bin"));
        await File.WriteAllTextAsync(old, "of an earlier job, and longer than what comes", cancellationToken);
        var job = TestJobs.Shell("printf short > old; head -c 1000000 /dev/zero > new") with
        {
            Outputs = [new JobOutput("old", old), new JobOutput("new", fresh), new JobOutput("never", absent, IsOptional: true)],
        };

        var result = await Host.RunAsync(job, cancellationToken: cancellationToken);

        result.Outputs.Should().Equal(new JobOutputFile("old", old, 5), new JobOutputFile("new", fresh, 1_000_000));
        (await File.ReadAllTextAsync(old, cancellationToken)).Should().Be("short");
        new FileInfo(fresh).Length.Should().Be(1_000_000);
        File.Exists(absent).Should().BeFalse();
        Directory.EnumerateFiles(Store.Folder, "*.part", SearchOption.AllDirectories).Should().BeEmpty();
    }
}
