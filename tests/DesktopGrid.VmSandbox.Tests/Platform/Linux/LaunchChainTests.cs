using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Linux;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Tests.Platform.Linux;

[Platform("Linux")]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class LaunchChainTests
{
    private static readonly LinuxTools All = new() { SetSession = "setsid", Limits = "prlimit", Scheduler = "chrt", Nice = "nice", DiskScheduler = "ionice", Privileges = "setpriv", Bubblewrap = "bwrap" };
    private static readonly LaunchRequest Request = new() { FileName = "/usr/bin/q", Arguments = ["-S", "two words"], Confinement = new ConfinementPlan { Identity = "m", MaxFileBytes = 9 } };

    [Test]
    public void All_tools_stand_in_the_order_that_works()
    {
        var words = LaunchChain.Build(Request, All, "/run/f.bpf", null, user: null, isRoot: false);
        Tools(words).Should().Equal("/bin/sh", "setsid", "prlimit", "chrt", "ionice", "bwrap", "/bin/sh", "/usr/bin/q");
        words.Should().ContainInOrder("prlimit", "--core=0", "--fsize=9", "--").And.ContainInOrder("chrt", "--idle", "0").And.ContainInOrder("ionice", "-c3", "-t");
        words.TakeLast(3).Should().Equal("/usr/bin/q", "-S", "two words");
    }

    [Test]
    public void Without_bubblewrap_privileges_and_parent_death_are_set_by_setpriv()
    {
        var words = LaunchChain.Build(Request, All with { Bubblewrap = null }, null, null, user: null, isRoot: false);
        Tools(words).Should().Equal("setsid", "prlimit", "chrt", "ionice", "setpriv", "/bin/sh", "/usr/bin/q");
        words.Should().ContainInOrder("setpriv", "--no-new-privs", "--inh-caps=-all", "--ambient-caps=-all", "--pdeathsig", "KILL", "--");
    }

    [Test]
    public void Root_becomes_the_machines_own_user_inside_the_namespaces()
    {
        var words = LaunchChain.Build(Request, All, "/run/f.bpf", null, user: 4711, isRoot: true);
        Tools(words).Should().Equal("/bin/sh", "setsid", "prlimit", "chrt", "ionice", "bwrap", "setpriv", "/bin/sh", "/usr/bin/q");
        words.Should().ContainInOrder("setpriv", "--no-new-privs", "--reuid=4711", "--regid=4711", "--clear-groups", "--bounding-set=-all", "--", "/bin/sh");
        words.Should().NotContain("--unshare-user");
    }

    [Test]
    public void Parent_death_is_set_after_the_user_changes_since_that_change_clears_it()
    {
        var words = LaunchChain.Build(Request, All with { Bubblewrap = null }, null, null, user: 4711, isRoot: true).ToList();
        words.IndexOf("--pdeathsig").Should().BeGreaterThan(words.IndexOf("--reuid=4711"));
        words.Count(static word => word == "setpriv").Should().Be(1);
    }

    [Test]
    public void Parent_death_holds_before_the_gate_is_reached()
    {
        var words = LaunchChain.Build(Request, All, "/run/f.bpf", null, user: null, isRoot: false).ToList();
        words.Should().ContainInOrder("bwrap", "--die-with-parent", "--as-pid-1", "/bin/sh", "-c");
        words.Should().NotContain("--pdeathsig", "a bubblewrap that dies before it has woken its inner process leaves that behind");
    }

    [Test]
    public void What_is_announced_waits_at_the_gate_also_where_it_may_outlive_us()
    {
        var request = Request with { DieWithParent = false };
        LaunchChain.Build(request, All, null, null, null, isRoot: false).Should().NotContain("/bin/sh");
        LaunchChain.Build(request with { Announce = static _ => { } }, All, null, null, null, isRoot: false).Should().ContainInOrder("bwrap", "/bin/sh", "/usr/bin/q");
    }

    [Test]
    public void What_may_outlive_us_has_no_parent_death()
    {
        LaunchChain.Build(Request with { DieWithParent = false }, All, null, null, null, isRoot: false).Should().NotContain("--die-with-parent");
        LaunchChain.Build(Request with { DieWithParent = false }, All with { Bubblewrap = null }, null, null, null, isRoot: false).Should().NotContain("--pdeathsig");
    }

    [Test]
    public void Memory_that_is_lent_is_opened_by_the_first_shell_and_found_in_the_payloads_own_proc()
    {
        var words = LaunchChain.Build(Request, All, "/run/f.bpf", "/proc/1/fd/2", user: null, isRoot: false);
        words.Take(6).Should().Equal("/bin/sh", "-c", "f=$1; m=$2; shift 2; exec \"$@\" 9<\"$f\" 8<\"$m\"", "sh", "/run/f.bpf", "/proc/1/fd/2");
        words.Should().ContainInOrder("bwrap", "--proc", "/proc");
        LaunchChain.IsTool(words, All).Should().BeTrue();

        words = LaunchChain.Build(Request, All with { Bubblewrap = null }, "/run/f.bpf", "/proc/1/fd/2", user: null, isRoot: false);
        words.Take(5).Should().Equal("/bin/sh", "-c", "m=$1; shift; exec \"$@\" 8<\"$m\"", "sh", "/proc/1/fd/2");
        LaunchChain.IsTool(words, All).Should().BeTrue();

        LaunchChain.Build(Request, All, "/run/f.bpf", null, user: null, isRoot: false).Should().NotContain("--proc");
    }

    [TestCase(ProcessPriority.Idle, true, "chrt --idle 0 ionice -c3 -t")]
    [TestCase(ProcessPriority.Idle, false, "nice -n19 ionice -c3 -t")]
    [TestCase(ProcessPriority.BelowNormal, true, "nice -n10")]
    [TestCase(ProcessPriority.Normal, true, "")]
    public void Priority_is_taken_from_what_works(ProcessPriority priority, bool hasScheduler, string words)
    {
        var tools = new LinuxTools { Scheduler = hasScheduler ? "chrt" : null, Nice = "nice", DiskScheduler = "ionice" };
        LaunchChain.Build(new LaunchRequest { FileName = "/q", Priority = priority }, tools, null, null, null, isRoot: false)
            .Should().Equal([.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries), "/q"]);
    }

    [Test]
    public void A_trusted_helper_is_not_confined() =>
        Tools(LaunchChain.Build(new LaunchRequest { FileName = "/usr/bin/q" }, All, "/run/f.bpf", null, null, isRoot: false)).Should().Equal("setsid", "chrt", "ionice", "setpriv", "/bin/sh", "/usr/bin/q");

    [Test]
    public void With_no_tools_at_all_the_payload_stands_alone() =>
        LaunchChain.Build(Request, new LinuxTools(), null, null, null, isRoot: false).Should().Equal("/usr/bin/q", "-S", "two words");

    private static IEnumerable<string> Tools(IReadOnlyList<string> words) =>
        words.Where(static word => word is "/bin/sh" or "setsid" or "prlimit" or "chrt" or "nice" or "ionice" or "setpriv" or "bwrap" or "/usr/bin/q");
}
