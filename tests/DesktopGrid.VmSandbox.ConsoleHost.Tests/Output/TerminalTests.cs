using DesktopGrid.VmSandbox.ConsoleHost.Tests.Support;

namespace DesktopGrid.VmSandbox.ConsoleHost.Tests.Output;

/// <summary>What differs between a person at a terminal and a file: bars, and a hostile program's escape sequences. The terminal is a real one, made by script(1).</summary>
[CancelAfter(300_000)]
public sealed class TerminalTests
{
    private const char Escape = '\e';

    // Slow enough for a bar, which comes after two seconds; and hostile: it tries to set the terminal's title.
    private const string Program = "printf '\\033]0;owned\\007line\\n'; for i in 1 2 3 4; do msg_to_host fraction_done 0.$i; sleep 1; done; echo last";

    private ConsoleStore _store = null!;

    [OneTimeSetUp]
    public void Open() => _store = new ConsoleStore();

    [OneTimeTearDown]
    public void Close() => _store.Dispose();

    [Test]
    public async Task On_a_terminal_there_is_a_bar_and_the_guest_cannot_write_to_the_terminal(CancellationToken cancellationToken)
    {
        var script = _store.Write("command", $"exec {string.Join(' ', _store.Words("run", "/bin/sh", "--", "-c", Program).Select(static word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"))}");

        var outcome = (await SampleProcess.RunAsync(["env", "TERM=xterm", "script", "-qec", $"sh {script}", "/dev/null"], cancellationToken: cancellationToken)).ShouldEndWith(0);

        outcome.Output.Should().Contain($"{Escape}[", "a bar moves the cursor").And.Contain("running").And.Contain("40 %").And.Contain("100 %");
        outcome.Output.Should().NotContain($"{Escape}]0;").And.Contain(".]0;owned.line").And.Contain("last");
    }

    [Test]
    public async Task Into_a_file_there_are_plain_lines_and_the_programs_own_bytes(CancellationToken cancellationToken)
    {
        var outcome = (await _store.RunAsync(cancellationToken, "run", "/bin/sh", "--", "-c", Program)).ShouldEndWith(0);

        outcome.Output.Should().Be($"{Escape}]0;owned\aline\nlast\n");
        outcome.Error.Should().NotContain($"{Escape}");
        var lines = outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Should().OnlyContain(static line => line.StartsWith("vmsandbox: ")).And.Contain(static line => line.StartsWith("vmsandbox: running"));
        lines[^1].Should().EndWith(": 100 %");
    }

    [Test]
    public async Task Quiet_means_nothing_but_the_program(CancellationToken cancellationToken) =>
        (await _store.RunAsync(cancellationToken, "run", "--quiet", "/bin/sh", "--", "-c", "echo x; echo y >&2")).ShouldEndWith(0).Should().Be(new Outcome(0, "x\n", "y\n"));
}
