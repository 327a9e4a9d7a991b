using System.Security.Cryptography;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Jobs;

/// <summary>Outputs that are many or large: they come by a disk, with the same words for what is missing, refused or too large.</summary>
internal sealed class BulkOutputTests : StoreFixture
{
    private const string Make = "big() { head -c $1 /dev/urandom > \"$2\"; sha256sum < \"$2\"; }; ";

    [TestCase(true)]
    [TestCase(false)]
    [CancelAfter(300_000)]
    public async Task Large_outputs_arrive_byte_for_byte_and_the_log_tells_the_way(bool isLarge, CancellationToken cancellationToken)
    {
        // Of its own: the kept log would be taken for something left behind.
        await using var store = await TempStore.OpenAsync();
        var length = isLarge ? 100_000_007 : 900_000;
        var (big, small, empty) = (store.Path_("big.bin"), store.Path_("deep/er/small"), store.Path_("empty"));
        var seen = new List<JobProgress>();
        var job = TestJobs.Shell(Make + $"mkdir out; big {length} out/big; printf tiny > small; : > empty") with
        {
            Outputs = [new JobOutput("small", small), new JobOutput("out/big", big), new JobOutput("never", store.Path_("never"), IsOptional: true), new JobOutput("empty", empty)],
            Machine = new VmOptions { KeepLog = TimeSpan.FromMinutes(5) },
        };

        var result = await store.Host.RunAsync(job, new Recorder(seen.Add), cancellationToken: cancellationToken);

        result.Outputs.Should().Equal(new JobOutputFile("small", small, 4), new JobOutputFile("out/big", big, length), new JobOutputFile("empty", empty, 0));
        result.StandardOutput.Text().Should().StartWith(await HashAsync(big, cancellationToken));
        (await File.ReadAllTextAsync(small, cancellationToken)).Should().Be("tiny");
        File.Exists(store.Path_("never")).Should().BeFalse();
        seen.Should().Contain(static progress => progress.Phase == JobPhase.Get && progress.Transfer != null && progress.Transfer.Value.Path == "out/big");
        var log = await LogOfAsync(store.Host, result.Machine, cancellationToken);
        log.Exists(static line => line.Contains("outputs come by a disk", StringComparison.Ordinal)).Should().Be(isLarge, string.Join('\n', log));
        Directory.EnumerateFiles(store.Folder, "*.part", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task Many_small_outputs_come_by_disk_and_the_same_file_may_go_to_two_places(CancellationToken cancellationToken)
    {
        var outputs = Enumerable.Range(0, 300).Select(i => new JobOutput($"f{i % 299}", Store.Path_($"many/{i}"))).ToList();
        var job = TestJobs.Shell("i=0; while [ $i -lt 299 ]; do echo $i > f$i; i=$((i+1)); done") with { Outputs = outputs };

        var result = await Host.RunAsync(job, cancellationToken: cancellationToken);

        result.Outputs.Should().HaveCount(300);
        foreach (var i in (int[])[0, 150, 298, 299])
        {
            (await File.ReadAllTextAsync(Store.Path_($"many/{i}"), cancellationToken)).Should().Be($"{i % 299}\n");
        }
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task Outputs_beyond_their_limit_leave_those_before_and_no_part(CancellationToken cancellationToken)
    {
        var (first, second) = (Store.Path_("limit.first"), Store.Path_("limit.second"));
        var job = TestJobs.Shell(Make + "big 3000000 a; big 3000000 b") with
        {
            Outputs = [new JobOutput("a", first), new JobOutput("b", second)],
            Limits = new JobLimits { OutputFileBytes = 5_000_000 },
        };

        var failure = await Host.FailAsync(job, SandboxErrorCode.JobLimitExceeded, TaskFate.Ended, cancellationToken: cancellationToken);

        failure.Message.Should().Contain("5000000 bytes").And.Contain("\"b\"");
        failure.Result!.Outputs.Should().Equal(new JobOutputFile("a", first, 3_000_000));
        new FileInfo(first).Length.Should().Be(3_000_000);
        File.Exists(second).Should().BeFalse();
        Directory.EnumerateFiles(Store.Folder, "*.part", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [TestCase("a; big 10 other", SandboxErrorCode.JobOutputMissing, "did not make")]
    [TestCase("a; ln -s a b", SandboxErrorCode.GuestPathRefused, "link")]
    [TestCase("a; mkfifo b", SandboxErrorCode.GuestPathRefused, "no regular file")]
    [CancelAfter(180_000)]
    public async Task What_is_missing_or_no_file_is_told_as_by_get(string script, SandboxErrorCode code, string sentence, CancellationToken cancellationToken)
    {
        var job = TestJobs.Shell(Make + "big 3000000 " + script) with { Outputs = [new JobOutput("a", Store.Path_("odd.a")), new JobOutput("b", Store.Path_("odd.b"))] };

        var failure = await Host.FailAsync(job, code, TaskFate.Ended, cancellationToken: cancellationToken);

        failure.Message.Should().Contain(sentence);
        new FileInfo(Store.Path_("odd.a")).Length.Should().Be(3_000_000);
        File.Exists(Store.Path_("odd.b")).Should().BeFalse();
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_target_that_cannot_be_written_is_told_by_its_name(CancellationToken cancellationToken)
    {
        var job = TestJobs.Shell(Make + "big 3000000 a") with { Outputs = [new JobOutput("a", "/proc/nowhere/out")] };

        var failure = await Host.FailAsync(job, SandboxErrorCode.JobOutputUnwritable, TaskFate.Ended, cancellationToken: cancellationToken);

        failure.Message.Should().Contain("/proc/nowhere/out");
    }

    [TestCase(1L << 44)]
    [TestCase(0L)]
    [CancelAfter(180_000)]
    public async Task The_largest_limit_and_none_at_all_work(long limit, CancellationToken cancellationToken)
    {
        var target = Store.Path_($"limit.{limit}");
        var job = TestJobs.Shell(Make + (limit == 0 ? ": > a" : "big 2000000 a")) with { Outputs = [new JobOutput("a", target)], Limits = new JobLimits { OutputFileBytes = limit } };

        await Host.RunAsync(job, cancellationToken: cancellationToken);

        new FileInfo(target).Length.Should().Be(limit == 0 ? 0 : 2_000_000);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task Outputs_that_were_inputs_by_disk_go_back_by_disk_changed_or_not(CancellationToken cancellationToken)
    {
        var path = Store.Path_("round.in");
        await File.WriteAllBytesAsync(path, [.. Enumerable.Range(0, 4_000_000).Select(static i => (byte)(i * 13 >> 3))], cancellationToken);
        var job = TestJobs.Shell("printf end >> b") with
        {
            Inputs = [JobFile.FromHost(path, "a"), JobFile.FromHost(path, "b")],
            Outputs = [new JobOutput("a", Store.Path_("round.a")), new JobOutput("b", Store.Path_("round.b"))],
        };

        await Host.RunAsync(job, cancellationToken: cancellationToken);

        var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
        (await File.ReadAllBytesAsync(Store.Path_("round.a"), cancellationToken)).AsSpan().SequenceEqual(bytes).Should().BeTrue();
        (await File.ReadAllBytesAsync(Store.Path_("round.b"), cancellationToken)).AsSpan().SequenceEqual([.. bytes, .. "end"u8]).Should().BeTrue();
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }

    private static async Task<List<string>> LogOfAsync(SandboxHost host, VmId machine, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        await foreach (var line in host.ReadLogAsync(machine, new LogQuery { Sources = [LogSource.Host] }, cancellationToken))
        {
            lines.Add(line.Text);
        }

        return lines;
    }
}
