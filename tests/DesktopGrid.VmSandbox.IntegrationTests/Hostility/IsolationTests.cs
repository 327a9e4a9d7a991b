using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Hostility;

/// <summary>The program is an ordinary user of the guest: it has no power over the daemon, the ports, the clock or the machine.</summary>
[CancelAfter(180_000)]
public sealed class IsolationTests : GuestFixture
{
    [Test]
    [Category("AlsoAsRoot")]
    public async Task A_program_is_refused_all_that_only_root_may_do(CancellationToken cancellationToken)
    {
        await Session.PutFileAsync("attack", await GuestProgram.CompileAsync("attack", cancellationToken), executable: true, cancellationToken);

        var end = await Session.RunAsync(new TaskStartRequest { TaskId = "1", Program = "attack" }, cancellationToken);

        end.ExitCode.Should().Be(0);
        var lines = end.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Should().HaveCountGreaterThan(90);
        lines.Where(static line => !line.EndsWith(": refused", StringComparison.Ordinal)).Should().BeEmpty();
        (await Session.PingAsync(cancellationToken)).Task.Should().Be(GuestTaskState.Exited);
    }

    [Test]
    public async Task A_program_cannot_become_root_of_a_user_namespace(CancellationToken cancellationToken)
    {
        var end = await Session.ShellAsync("unshare -U true && echo made", cancellationToken);

        end.Output.Should().BeEmpty();
        end.Errors.Should().Contain("No space left on device", "the kernel words a passed limit of namespaces so (unshare(2))");
    }

    [Test]
    public async Task A_program_has_its_own_user_no_groups_no_capabilities_and_three_descriptors(CancellationToken cancellationToken)
    {
        var end = await Session.ShellAsync("id; grep -E '^(Cap|NoNewPrivs|Groups|SigIgn|SigBlk)' /proc/self/status | tr -d '\\t'; ls /proc/$$/fd | tr '\\n' ' '; ulimit -c; ps -o pid,sid | grep \" $$ \" | wc -l", cancellationToken);

        var lines = end.Output.Split('\n');
        lines[0].Should().Be("uid=1000(task) gid=1000(task)");
        lines.Should().Contain(["CapInh:0000000000000000", "CapPrm:0000000000000000", "CapEff:0000000000000000", "CapAmb:0000000000000000", "NoNewPrivs:1", "SigIgn:0000000000000000", "SigBlk:0000000000000000"]);
        lines.Should().ContainSingle(static line => line.StartsWith("Groups:", StringComparison.Ordinal)).Which.Trim().Should().Be("Groups:");
        lines.Should().Contain("0 1 2 0", "nothing of the daemon's is inherited, and no core is dumped");
    }

    [Test]
    public async Task A_program_that_kills_all_it_can_kills_only_itself(CancellationToken cancellationToken)
    {
        var end = await Session.ShellAsync("sleep 1000 & kill -9 -1; kill -9 $$", cancellationToken);

        end.Status.Signal.Should().Be(9);
        (await Session.ShellAsync("echo alive", cancellationToken)).Output.Should().Be("alive\n");
    }

    [Test]
    public async Task A_program_that_starts_the_daemon_again_or_calls_its_tools_gains_nothing(CancellationToken cancellationToken)
    {
        var daemon = await Session.RunAsync(new TaskStartRequest { TaskId = "1", Program = "/sbin/vmsandboxd" }, cancellationToken);
        var tools = await Session.ShellAsync("reboot -f; poweroff -f; halt -f; mount -t tmpfs none /tmp; insmod x; date -s 2000-01-01; hwclock -w; su -c true; chroot / true; echo still here", cancellationToken);

        daemon.ExitCode.Should().NotBe(0);
        tools.Output.Should().EndWith("still here\n");
        (await Session.PingAsync(cancellationToken)).Task.Should().Be(GuestTaskState.Exited);
    }

    [Test]
    public async Task Nothing_outside_can_be_written_but_what_is_emptied_with_the_work_directory(CancellationToken cancellationToken)
    {
        var end = await Session.ShellAsync("find / -path /proc -prune -o -path /sys -prune -o \\( -type d -o -type f \\) -print 2>/dev/null | while read p; do [ ! -w \"$p\" ] || echo \"$p\"; done | sort", cancellationToken);

        end.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal("/dev/mqueue", "/dev/shm", "/run/vmsandbox/inbox", "/tmp", "/work");
    }
}
