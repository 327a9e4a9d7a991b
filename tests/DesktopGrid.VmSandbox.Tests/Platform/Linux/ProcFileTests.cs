using System.Diagnostics;
using System.Globalization;
using DesktopGrid.VmSandbox.Platform.Linux;

namespace DesktopGrid.VmSandbox.Tests.Platform.Linux;

[Platform("Linux")]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class ProcFileTests
{
    private const string Rest = " 7 1 1 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 1 0 987654 1000 10";

    [TestCase("42 (qemu) S")]
    [TestCase("42 (a b) S")]
    [TestCase("42 (x) R 1 2) S")]
    [TestCase("42 ()))) S")]
    [TestCase("42 (\n) S")]
    [TestCase("42 () S")]
    public void A_process_may_call_itself_what_it_likes(string begin) =>
        ProcFile.ParseStat(begin + Rest).Should().Be(new ProcFile.Stat('S', 7, 1, 250, 50, 987654));

    [TestCase("")]
    [TestCase("42 (qemu) S 1 2 3")]
    [TestCase("42 (qemu)")]
    [TestCase("nonsense")]
    public void What_is_cut_short_is_no_answer(string text) => ProcFile.ParseStat(text).Should().BeNull();

    [Test]
    public void This_process_is_found_with_its_own_program()
    {
        ProcFile.ReadStat(Environment.ProcessId)!.State.Should().NotBe('Z');
        ProcFile.CommandLine(Environment.ProcessId).Should().NotBeNullOrEmpty();
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_process_is_found_among_the_children_of_its_parent(CancellationToken cancellationToken)
    {
        // A shell that waits for a child of its own, since this process has many threads.
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "sleep 1000 & echo $!; wait"]) { RedirectStandardOutput = true })!;
        var child = int.Parse((await shell.StandardOutput.ReadLineAsync(cancellationToken))!, CultureInfo.InvariantCulture);

        ProcFile.ChildrenOf(shell.Id).Should().Equal(child);
        ProcFile.ChildrenByParent(shell.Id).Should().Equal(child);

        shell.Kill(entireProcessTree: true);
        await shell.WaitForExitAsync(cancellationToken);
        ProcFile.ChildrenOf(shell.Id).Should().BeEmpty();
    }

    [Test]
    public void A_process_that_is_not_there_is_no_answer()
    {
        // Above the kernel's highest process number (PID_MAX_LIMIT, 4 Mi).
        ProcFile.ReadStat(5_000_000).Should().BeNull();
        ProcFile.CommandLine(5_000_000).Should().BeNull();
    }

    [Test]
    public void A_processor_is_the_same_at_another_frequency_and_another_with_other_flags_or_another_name()
    {
        const string text = "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 85\nmodel name\t: Xeon: a \nstepping\t: 7\ncpu MHz\t\t: 2500.0\nflags\t\t: fpu vme\nbogomips\t: 5000\n\nprocessor\t: 1\nflags\t\t: other\n";
        var known = ProcFile.ParseProcessor(text);

        known.Should().Be("vendor_id:GenuineIntel\ncpu family:6\nmodel:85\nmodel name:Xeon: a\nstepping:7\nflags:fpu vme");
        ProcFile.ParseProcessor(text.Replace("2500", "3100", StringComparison.Ordinal).Replace("5000", "6200", StringComparison.Ordinal)).Should().Be(known);
        ProcFile.ParseProcessor(text.Replace("vme", "vme avx2", StringComparison.Ordinal)).Should().NotBe(known);
        ProcFile.ParseProcessor(text.Replace("Xeon", "Core", StringComparison.Ordinal)).Should().NotBe(known);
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("processor\t: 0\nBogoMIPS\t: 50\n")]
    public void A_processor_that_says_nothing_of_itself_is_no_answer(string? text) => ProcFile.ParseProcessor(text).Should().BeNull();
}
