using System.Security.Cryptography;
using System.Text;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Jobs;

/// <summary>Inputs that are many or large: they come by a disk, and the program does not notice.</summary>
internal sealed class BulkInputTests : StoreFixture
{
    private const int Large = 3_000_017;

    [Test]
    [CancelAfter(180_000)]
    public async Task Large_inputs_are_read_in_place_byte_for_byte_and_the_log_tells_the_way(CancellationToken cancellationToken)
    {
        // Of its own: the kept log would be taken for something left behind.
        await using var store = await TempStore.OpenAsync();
        var (bytes, path) = await LargeFileAsync(cancellationToken);
        var job = Shell("cat small; printf '|'; sha256sum < data/big.bin; stat -c '%a %u %g %s' data/big.bin data empty; mount | grep -c overlay; cat /proc/mounts >&2", path, "data/big.bin") with
        {
            Machine = new VmOptions { KeepLog = TimeSpan.FromMinutes(5) },
        };

        var result = await store.Host.RunAsync(job with { Inputs = [.. job.Inputs, JobFile.FromText("small", "by bytes"), JobFile.FromText("empty", "")] }, cancellationToken: cancellationToken);

        TestContext.Out.WriteLine(result.StandardError.Text());
        result.StandardOutput.Text().Should().Be($"by bytes|{Hash(bytes)}  -\n644 1000 1000 {Large}\n770 1000 1000 {2048}\n644 1000 1000 0\n1\n");
        (await LogOfAsync(store.Host, result.Machine, cancellationToken)).Should().Contain(line => line.Contains("3 inputs come by a disk", StringComparison.Ordinal));
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task The_program_itself_may_lie_on_the_disk(CancellationToken cancellationToken)
    {
        var (_, path) = await LargeFileAsync(cancellationToken);
        var script = "#!/bin/sh\nwc -c < bin/big\nexec bin/tool ran\n";
        var job = new SandboxJob
        {
            Program = "bin/run.sh",
            Inputs = [JobFile.FromText("bin/run.sh", script), JobFile.FromHost(path, "bin/big"), JobFile.FromText("bin/tool", "#!/bin/sh\necho $1; stat -c %a bin/tool bin/run.sh bin/big\n", isExecutable: true)],
        };

        var result = await Host.RunAsync(job, cancellationToken: cancellationToken);

        (result.StandardOutput.Text(), result.StandardError.Text()).Should().Be(($"{Large}\nran\n755\n755\n644\n", ""));
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_program_changes_replaces_renames_and_deletes_what_came_by_disk(CancellationToken cancellationToken)
    {
        var (bytes, path) = await LargeFileAsync(cancellationToken);
        var script = """
            set -e
            printf more >> data/big; sha256sum < data/big
            printf new > data/replaced; cat data/replaced
            rm data/gone; ls data | tr '\n' ' '
            mv data moved; ls -d * | tr '\n' ' '
            mkdir data; printf x > data/own; ls data
            rm -r moved/sub; test ! -e moved/sub
            chmod 700 moved/replaced; stat -c %a moved/replaced
            cp moved/replaced out
            """;
        var job = Shell(script, path, "data/big") with { Outputs = [new JobOutput("out", Store.Path_("changed.out"))] };

        var result = await Host.RunAsync(job with { Inputs = [.. job.Inputs, JobFile.FromText("data/replaced", "old"), JobFile.FromText("data/gone", "gone"), JobFile.FromText("data/sub/deep", "deep")] }, cancellationToken: cancellationToken);

        result.StandardError.Text().Should().BeEmpty();
        result.StandardOutput.Text().Should().Be($"{Hash([.. bytes, .. "more"u8])}  -\nnewbig replaced sub moved own\n700\n");
        (await File.ReadAllTextAsync(Store.Path_("changed.out"), cancellationToken)).Should().Be("new");
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task Odd_names_and_deep_folders_arrive_as_they_are(CancellationToken cancellationToken)
    {
        var (_, path) = await LargeFileAsync(cancellationToken);
        string[] names =
        [
            "with space and 'quotes' \"", "ünïcödé/Ωμέγα/日本語.txt", new string('n', 169), new string('m', 170), new string('l', 253), new string('k', 254), new string('ä', 127) + "x",
            string.Join('/', Enumerable.Range(0, 30).Select(static i => $"level{i}")) + "/leaf", "a;1", "UPPER.EXT;1", "lower.ext", ".hidden", "trailing.", "-dash",
        ];
        var job = Shell("find . -type f ! -name big -exec sh -c 'for f; do printf \"%s=%s\\n\" \"$f\" \"$(cat \"$f\")\"; done' sh {} +", path, "big");

        var result = await Host.RunAsync(job with { Inputs = [.. job.Inputs, .. names.Select(static (name, i) => JobFile.FromText(name, $"content {i}"))] }, cancellationToken: cancellationToken);

        result.StandardError.Text().Should().BeEmpty();
        result.StandardOutput.Text().Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().BeEquivalentTo(names.Select(static (name, i) => $"./{name}=content {i}"));
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task More_than_a_thousand_small_inputs_come_by_disk(CancellationToken cancellationToken)
    {
        var inputs = Enumerable.Range(0, 1500).Select(static i => JobFile.FromText($"d{i % 7}/file {i}", $"number {i}\n")).ToList();
        var job = TestJobs.Shell("find . -type f | wc -l; cat d0/* d1/* d2/* d3/* d4/* d5/* d6/* | sort | sha256sum") with { Inputs = inputs };

        var result = await Host.RunAsync(job, cancellationToken: cancellationToken);

        var all = string.Concat(Enumerable.Range(0, 1500).Select(static i => $"number {i}\n").Order(StringComparer.Ordinal));
        result.StandardOutput.Text().Should().Be($"1500\n{Hash(Encoding.UTF8.GetBytes(all))}  -\n");
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task An_input_that_changes_while_the_disk_is_written_is_one_clear_error(CancellationToken cancellationToken)
    {
        var first = Store.Path_("first");
        var second = Store.Path_("second");
        await File.WriteAllBytesAsync(first, new byte[4_000_000], cancellationToken);
        await File.WriteAllBytesAsync(second, new byte[4_000_000], cancellationToken);
        var job = TestJobs.Shell("true") with { Inputs = [JobFile.FromHost(first), JobFile.FromHost(second)] };

        var failure = await Host.FailAsync(job, SandboxErrorCode.JobInputUnreadable, TaskFate.NeverStarted, new Recorder(progress => Shorten(progress, second)), cancellationToken: cancellationToken);

        failure.Message.Should().Contain(second).And.Contain("more or fewer bytes");
    }

    /// <summary>Such a file lies on the disk in two parts, the second of which begins 2,048 bytes before 4 GiB.</summary>
    [Test]
    [Category("Long")]
    [CancelAfter(600_000)]
    public async Task A_file_of_more_than_4_GiB_is_read_across_its_parts(CancellationToken cancellationToken)
    {
        const long boundary = uint.MaxValue / 2048 * 2048, length = boundary + 1_000_003;
        var path = Store.Path_("huge");
        await using (var file = File.Create(path))
        {
            file.SetLength(length);
            file.Position = boundary - 5;
            file.Write("0123456789"u8);
            file.Position = length - 3;
            file.Write("end"u8);
        }

        var result = await Host.RunAsync(Shell($"stat -c %s huge; dd if=huge bs=2048 skip={(boundary / 2048) - 1} count=2 status=none | tail -c +2044 | head -c 10; tail -c 3 huge", path, "huge"), cancellationToken: cancellationToken);

        File.Delete(path);
        (result.StandardOutput.Text(), result.StandardError.Text()).Should().Be(($"{length}\n0123456789end", ""));
    }

    private static void Shorten(JobProgress progress, string path)
    {
        if (progress is { Phase: JobPhase.Create, Transfer.Path: "first" })
        {
            using var file = File.OpenWrite(path);
            file.SetLength(1_000_000);
        }
    }

    private static SandboxJob Shell(string script, string path, string name) => TestJobs.Shell(script) with { Inputs = [JobFile.FromHost(path, name)] };

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private async Task<(byte[] Bytes, string Path)> LargeFileAsync(CancellationToken cancellationToken)
    {
        var bytes = new byte[Large];
        new Random(7).NextBytes(bytes);
        var path = Store.Path_("large.bin");
        await File.WriteAllBytesAsync(path, bytes, cancellationToken);
        return (bytes, path);
    }

    private static async Task<IReadOnlyList<string>> LogOfAsync(SandboxHost host, VmId machine, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        await foreach (var line in host.ReadLogAsync(machine, new LogQuery(), cancellationToken))
        {
            lines.Add(line.Text);
        }

        return lines;
    }
}
