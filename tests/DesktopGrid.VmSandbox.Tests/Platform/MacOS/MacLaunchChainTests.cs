using System.Diagnostics;
using System.Globalization;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.MacOS;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Tests.Platform.MacOS;

/// <summary>
/// The words in front of the payload, and the shell among them run for real: bash and kill are the same on Linux. Not run here: taskpolicy
/// and sandbox-exec, which only macOS has.
/// </summary>
[CancelAfter(60_000)]
public sealed class MacLaunchChainTests
{
    private static readonly MacTools All = new() { TaskPolicy = "/usr/sbin/taskpolicy", Nice = "/usr/bin/nice", Sandbox = "/usr/bin/sandbox-exec" };
    private static readonly MacTools None = new();

    [Test]
    public void Idle_is_the_background_band_inside_which_the_sandbox_begins() =>
        After(new LaunchRequest { FileName = "/q", Arguments = ["-S"], Confinement = new ConfinementPlan { Identity = "m", MaxFileBytes = 1025 } }, All, "(version 1)")
            .Should().Equal("3", "guarded", "/usr/sbin/taskpolicy", "-b", "/usr/bin/sandbox-exec", "-p", "(version 1)", "/q", "-S");

    [Test]
    public void Without_the_band_nice_serves() =>
        After(new LaunchRequest { FileName = "/q" }, All with { TaskPolicy = null }, null).Should().Equal("", "guarded", "/usr/bin/nice", "-n", "20", "/q");

    [Test]
    public void Below_normal_is_nice_in_between() =>
        After(new LaunchRequest { FileName = "/q", Priority = ProcessPriority.BelowNormal }, All, null).Should().Equal("", "guarded", "/usr/bin/nice", "-n", "10", "/q");

    [Test]
    public void What_may_outlive_us_has_no_guard() =>
        After(new LaunchRequest { FileName = "/q", DieWithParent = false, Priority = ProcessPriority.Normal }, All, null).Should().Equal("", "", "/q");

    [TestCase("exit 3", 3)]
    [TestCase("exit 0", 0)]
    [TestCase("kill -9 $$", 137)]
    [TestCase("kill -15 $$", 143)]
    public async Task The_shell_tells_how_the_payload_ended_and_adds_no_word(string script, int exitCode, CancellationToken cancellationToken)
    {
        using var shell = Start(Shell("echo out; echo err >&2; " + script));
        var output = shell.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = shell.StandardError.ReadToEndAsync(cancellationToken);
        await shell.WaitForExitAsync(cancellationToken);

        shell.ExitCode.Should().Be(exitCode);
        (await output).Should().Be("out\n");
        (await errors).Should().Be("err\n");
    }

    [Test]
    public async Task Words_reach_the_payload_as_they_are(CancellationToken cancellationToken)
    {
        string[] words = ["", "two words", "'", "$HOME", "`id`", "new\nline", "-n"];
        using var shell = Start(new LaunchRequest { FileName = "/usr/bin/printf", Arguments = ["[%s]", .. words], Priority = ProcessPriority.Normal });
        (await shell.StandardOutput.ReadToEndAsync(cancellationToken)).Should().Be(string.Concat(words.Select(static word => $"[{word}]")));
    }

    [Test]
    public async Task The_payload_dies_when_our_end_of_the_pipe_closes(CancellationToken cancellationToken)
    {
        using var shell = Start(Shell("echo $$; exec sleep 600"));
        var payload = await PayloadAsync(shell, cancellationToken);
        Ended(payload).Should().BeFalse();

        shell.StandardInput.Close();
        await shell.WaitForExitAsync(cancellationToken);
        shell.ExitCode.Should().Be(137);
        Ended(payload).Should().BeTrue();
    }

    [Test]
    public async Task It_goes_on_where_it_may_outlive_us(CancellationToken cancellationToken)
    {
        using var shell = Start(Shell("echo $$; read -r _; echo over; exec sleep 600") with { DieWithParent = false });
        var payload = await PayloadAsync(shell, cancellationToken);
        shell.StandardInput.Close();

        // Its own input is empty, so that it has seen the end of that already; that of ours means nothing to it.
        (await shell.StandardOutput.ReadLineAsync(cancellationToken)).Should().Be("over");
        Ended(payload).Should().BeFalse();
        using var process = Process.GetProcessById(payload);
        process.Kill();
        await shell.WaitForExitAsync(cancellationToken);
    }

    [Test]
    public async Task It_has_a_process_group_of_its_own_which_a_terminals_interrupt_does_not_reach(CancellationToken cancellationToken)
    {
        using var shell = Start(Shell("ps -o pgid= -p $$; echo $$"));
        var lines = (await shell.StandardOutput.ReadToEndAsync(cancellationToken)).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        lines.Should().HaveCount(2);
        lines[0].Should().Be(lines[1]);
    }

    [Test]
    public async Task A_file_cannot_grow_beyond_the_bound_and_no_core_is_written(CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("big");
        var bounded = Shell($"ulimit -c; head -c 1000000 /dev/zero > '{file}'") with { Confinement = new ConfinementPlan { Identity = "m", MaxFileBytes = 65536 } };
        using var shell = Start(bounded);
        var core = await shell.StandardOutput.ReadToEndAsync(cancellationToken);
        await shell.WaitForExitAsync(cancellationToken);

        core.Should().Be("0\n");
        new FileInfo(file).Length.Should().BeInRange(1, 2 * 65536);
    }

    private static LaunchRequest Shell(string script) => new() { FileName = "/bin/sh", Arguments = ["-c", script], Priority = ProcessPriority.Normal };

    private static IEnumerable<string> After(LaunchRequest request, MacTools tools, string? profile)
    {
        var words = MacLaunchChain.Build(request, tools, profile);
        words.Take(2).Should().Equal("/bin/bash", "-c");
        return words.Skip(4);
    }

    private static Process Start(LaunchRequest request)
    {
        var words = MacLaunchChain.Build(request, None, null);
        return Process.Start(new ProcessStartInfo(words[0], words.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    private static async Task<int> PayloadAsync(Process shell, CancellationToken cancellationToken) =>
        int.Parse((await shell.StandardOutput.ReadLineAsync(cancellationToken))!, CultureInfo.InvariantCulture);

    private static bool Ended(int processId) => !Directory.Exists($"/proc/{processId}");
}
