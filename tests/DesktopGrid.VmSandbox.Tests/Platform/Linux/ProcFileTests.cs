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
        ProcFile.ParseStat(begin + Rest).Should().Be(new ProcFile.Stat('S', 7, 250, 50, 987654));

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
}
