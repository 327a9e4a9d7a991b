using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Linux;

namespace DesktopGrid.VmSandbox.Tests.Platform.Linux;

[Platform("Linux")]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class BubblewrapArgumentsTests
{
    private static readonly ConfinementPlan Plan = new()
    {
        Identity = "m",
        ReadOnlyPaths = ["/home/ada/store/base.qcow2"],
        ReadWritePaths = ["/home/ada/store/m/root.qcow2"],
        DevicePaths = ["/dev/kvm"],
    };

    [Test]
    public void Every_namespace_is_new_for_an_ordinary_user() =>
        For().Should().Contain(["--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try", "--new-session", "--die-with-parent"]);

    [Test]
    public void A_session_that_stands_back_already_is_kept() =>
        BubblewrapArguments.For(Plan, "/usr/bin/q", null, true, false, hasSession: true, hasFilter: true, hasRam: false).Should().NotContain("--new-session");

    [Test]
    public void Only_the_plans_files_are_bound_beside_the_systems()
    {
        var words = For().ToList();
        words.Should().ContainInOrder("--ro-bind", "/home/ada/store/base.qcow2", "/home/ada/store/base.qcow2");
        words.Should().ContainInOrder("--bind", "/home/ada/store/m/root.qcow2", "/home/ada/store/m/root.qcow2");
        words.Should().ContainInOrder("--dev-bind-try", "/dev/kvm", "/dev/kvm");
        // The root is where it starts, and nothing else.
        words.Count(static word => word == "/").Should().Be(1);
        words.Where(static word => word.StartsWith("/home", StringComparison.Ordinal)).Distinct().Should().HaveCount(2);
        words.Should().NotContain(["/etc", "/home", "/root", "/var", "/run", "/proc"]);
    }

    [Test]
    public void What_is_written_is_bound_after_what_is_read_so_that_a_folder_inside_a_read_only_one_can_be_written() =>
        For().ToList().IndexOf("--bind").Should().BeGreaterThan(For().ToList().LastIndexOf("--ro-bind"));

    [Test]
    public void Root_keeps_the_user_namespace_and_opens_the_folders_on_the_way()
    {
        var words = BubblewrapArguments.For(Plan, "/usr/bin/q", null, dieWithParent: true, isRoot: true, hasSession: false, hasFilter: true, hasRam: false).ToList();
        words.Should().NotContain("--unshare-user");
        words.Should().ContainInOrder("--perms", "0755", "--dir", "/home/ada/store/m");
        words.IndexOf("/home").Should().BeLessThan(words.IndexOf("/home/ada"));
    }

    [Test]
    public void A_carried_QEMU_brings_its_folder() =>
        BubblewrapArguments.For(Plan, "/opt/grid/vmsandbox-qemu/q", null, true, false, false, true, false).Should().ContainInOrder("--ro-bind", "/opt/grid/vmsandbox-qemu", "/opt/grid/vmsandbox-qemu");

    [Test]
    public void The_filter_is_named_only_where_there_is_one()
    {
        For().Should().ContainInOrder("--seccomp", "9", "--");
        BubblewrapArguments.For(Plan, "/usr/bin/q", null, true, false, false, hasFilter: false, hasRam: false).Should().NotContain("--seccomp");
    }

    private static IEnumerable<string> For() => BubblewrapArguments.For(Plan, "/usr/bin/q", null, dieWithParent: true, isRoot: false, hasSession: false, hasFilter: true, hasRam: false);
}
