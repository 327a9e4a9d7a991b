using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.MacOS;

namespace DesktopGrid.VmSandbox.Tests.Platform.MacOS;

public sealed class SandboxProfileTests
{
    private const string Program = "/opt/homebrew/Cellar/qemu/10.0/bin/qemu-system-x86_64";

    private static readonly ConfinementPlan Plan = new()
    {
        Identity = "m",
        ReadOnlyPaths = ["/Users/ada/store/images/base.qcow2"],
        ReadWritePaths = ["/private/var/folders/x/0/vmsandbox/m", "/Users/ada/store/machines/m/root.qcow2"],
    };

    private static readonly string[] Lines = SandboxProfile.For(Plan, Program, "system.sb").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [Test]
    public void All_is_denied_before_anything_is_allowed() => Lines[..3].Should().Equal("(version 1)", "(deny default)", "(import \"system.sb\")");

    [Test]
    public void Only_the_plan_and_the_programs_own_folder_can_be_read() => Lines.Where(static line => line.StartsWith("(allow file-read* ", StringComparison.Ordinal)).Should().Equal(
        $"(allow file-read* (subpath \"{Program}\"))",
        "(allow file-read* (subpath \"/opt/homebrew\"))",
        "(allow file-read* (subpath \"/Users/ada/store/images/base.qcow2\"))",
        "(allow file-read* (subpath \"/private/var/folders/x/0/vmsandbox/m\"))",
        "(allow file-read* (subpath \"/Users/ada/store/machines/m/root.qcow2\"))");

    [Test]
    public void Only_the_machines_own_files_can_be_written() => Lines.Where(static line => line.Contains("file-write", StringComparison.Ordinal)).Should().Equal(
        "(allow file-write* (subpath \"/private/var/folders/x/0/vmsandbox/m\"))",
        "(allow file-write* (subpath \"/Users/ada/store/machines/m/root.qcow2\"))");

    [Test]
    public void No_second_process_and_no_network_but_the_machines_own_sockets()
    {
        Lines.Should().ContainInOrder("(deny process-fork)", "(deny network*)", "(allow system-socket (socket-domain AF_UNIX))");
        Lines.Where(static line => line.Contains("(allow network", StringComparison.Ordinal)).Should().OnlyContain(static line => line.Contains("(local unix-socket (subpath \"/", StringComparison.Ordinal));
        Lines.Where(static line => line.Contains("process-exec", StringComparison.Ordinal)).Should().Equal($"(allow process-exec (literal \"{Program}\"))");
    }

    [Test]
    public void The_home_folder_itself_shows_no_more_than_that_it_is_there() =>
        Lines.Where(static line => line.Contains("\"/Users/ada\"", StringComparison.Ordinal)).Should().Equal("(allow file-read-metadata (literal \"/Users/ada\"))");

    [Test]
    public void A_plan_without_files_opens_no_socket() =>
        SandboxProfile.For(new ConfinementPlan { Identity = "m" }, Program, "bsd.sb").Should().NotContain("system-socket").And.NotContain("allow network").And.NotContain("file-write");

    [TestCase("/plain", "\"/plain\"")]
    [TestCase("/with \"quotes\")(allow default)", "\"/with \\\"quotes\\\")(allow default)\"")]
    [TestCase(@"/back\slash", @"""/back\\slash""")]
    [TestCase("/ends\\", "\"/ends\\\\\"")]
    public void A_path_cannot_leave_its_quotes(string path, string quoted) => SandboxProfile.Quote(path).Should().Be(quoted);

    [Test]
    public void Brackets_and_quotes_balance_whatever_the_paths_are()
    {
        var plan = new ConfinementPlan { Identity = "m", ReadWritePaths = ["/a\")(allow default)(\"", "/b\\\")", "/ünï code", "/new\nline"] };
        var (depth, isQuoted, depths) = (0, false, new List<int>());
        var text = SandboxProfile.For(plan, Program, "system.sb");
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\' when isQuoted:
                    i++;
                    break;
                case '"':
                    isQuoted = !isQuoted;
                    break;
                case '(' or ')' when !isQuoted:
                    depth += text[i] == '(' ? 1 : -1;
                    depths.Add(depth);
                    break;
            }
        }

        (depth, isQuoted).Should().Be((0, false));
        depths.Should().OnlyContain(static at => at >= 0);
        // Outside quotes, no rule allows everything.
        text.Split('\n').Should().NotContain("(allow default)");
    }

    [TestCase("/opt/homebrew/bin/q", "/opt/homebrew")]
    [TestCase("/usr/local/Cellar/qemu/9/bin/q", "/usr/local")]
    [TestCase("/opt/local/bin/q", "/opt/local")]
    [TestCase("/Applications/App.app/Contents/vmsandbox-qemu/q", "/Applications/App.app/Contents/vmsandbox-qemu")]
    [TestCase("/Users/ada/qemu/bin/q", "/Users/ada/qemu")]
    [TestCase("/bin/q", "/bin")]
    [TestCase("/q", "/q")]
    public void A_programs_libraries_lie_below_its_prefix(string program, string prefix) => SandboxProfile.PrefixOf(program).Should().Be(prefix);
}
