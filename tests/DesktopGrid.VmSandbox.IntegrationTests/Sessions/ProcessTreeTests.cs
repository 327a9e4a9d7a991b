using System.Diagnostics;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.IntegrationTests.Sessions;

/// <summary>A program ends with its whole process tree, however its processes hide; and the guest's first process reaps what they leave.</summary>
[CancelAfter(180_000)]
public sealed class ProcessTreeTests : GuestFixture
{
    // Everything of the task's user but the counting shell itself and its children.
    private const string CountOthers = "n=0; for p in /proc/[0-9]*; do [ \"$(stat -c %u $p 2>/dev/null)\" = 1000 ] && [ \"$p\" != /proc/$$ ] && n=$((n+1)); done; echo $n";

    [Test]
    [Category("AlsoAsRoot")]
    public async Task A_stop_ends_children_daemons_and_processes_that_stand(CancellationToken cancellationToken)
    {
        await Session.StartAndWaitForAsync(
            SessionPhrases.Shell("""
                sleep 1000 &
                (setsid sleep 1000 & setsid sh -c 'trap "" TERM HUP INT; (sleep 1000 &) ; while :; do sleep 1000; done' &)
                sleep 1000 & kill -STOP $!
                (trap '' TERM; sleep 1000) &
                until [ $(ps | grep -c '[s]leep 1000') -ge 5 ]; do usleep 20000; done
                echo ready; wait
                """),
            "ready",
            cancellationToken);

        var status = await Session.StopAsync(TimeSpan.FromMilliseconds(300), cancellationToken);

        status.Should().BeEquivalentTo(new { State = GuestTaskState.Exited, Stopped = true });
        (await Session.ShellAsync(CountOthers, cancellationToken)).Output.Trim().Should().Be("0");
    }

    [Test]
    public async Task What_a_program_leaves_behind_ends_with_its_main_process(CancellationToken cancellationToken)
    {
        var end = await Session.ShellAsync("(setsid sleep 1000 > /dev/null 2>&1 &); sleep 1000 & nohup sleep 1000 & echo started; exit 4", cancellationToken);

        (end.ExitCode, end.Output, end.Status.Stopped).Should().Be((4, "started\n", false));
        (await Session.ShellAsync(CountOthers, cancellationToken)).Output.Trim().Should().Be("0");
    }

    [Test]
    public async Task A_program_has_the_grace_to_end_itself_and_stands_no_longer_to_hear_of_it(CancellationToken cancellationToken)
    {
        await Session.StartAndWaitForAsync(SessionPhrases.Shell("trap 'echo cleaned up; exit 6' TERM; echo ready; while :; do usleep 20000; done"), "ready", cancellationToken);
        var ended = await Session.StopAsync(TimeSpan.FromSeconds(20), cancellationToken);
        var said = await Session.FollowToEndAsync(cancellationToken);
        // Said by a child, once its parent really stands.
        await Session.StartAndWaitForAsync(SessionPhrases.Shell("trap 'exit 8' TERM; (until grep -q 'State:.T' /proc/$$/status; do usleep 10000; done; echo ready) & kill -STOP $$; while :; do usleep 20000; done"), "ready", cancellationToken);
        var stood = await Session.StopAsync(TimeSpan.FromSeconds(20), cancellationToken);

        ended.Should().BeEquivalentTo(new { ExitCode = 6, Stopped = true });
        said.Output.Should().Be("ready\ncleaned up\n");
        stood.ExitCode.Should().Be(8);
    }

    [Test]
    public async Task A_program_that_does_not_hear_is_killed_when_its_grace_is_over(CancellationToken cancellationToken)
    {
        await Session.StartAndWaitForAsync(SessionPhrases.Shell("trap '' TERM; echo ready; while :; do usleep 20000; done"), "ready", cancellationToken);
        var clock = Stopwatch.StartNew();

        var status = await Session.StopAsync(TimeSpan.FromSeconds(1), cancellationToken);

        status.Should().BeEquivalentTo(new { Signal = 9, Stopped = true });
        clock.Elapsed.Should().BeGreaterThan(TimeSpan.FromSeconds(0.9)).And.BeLessThan(TimeSpan.FromSeconds(30));
    }

    [Test]
    public async Task A_fork_bomb_is_stopped_and_the_next_program_starts_cleanly(CancellationToken cancellationToken)
    {
        await Session.StartAsync(SessionPhrases.Shell("bomb() { bomb | bomb & }; bomb; while :; do bomb; done") with { OutputBytes = 1000 }, cancellationToken: cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(5), cancellationToken);
        var clock = Stopwatch.StartNew();
        var ping = await Session.PingAsync(cancellationToken);
        TestContext.Out.WriteLine($"the ping took {clock.ElapsedMilliseconds} ms, the task is {ping.Task}");

        var status = await Session.StopAsync(TimeSpan.Zero, cancellationToken);

        TestContext.Out.WriteLine($"with the stop {clock.ElapsedMilliseconds} ms");
        status.State.Should().Be(GuestTaskState.Exited);
        var next = await Session.ShellAsync(CountOthers, cancellationToken);
        (next.ExitCode, next.Output.Trim()).Should().Be((0, "0"));
    }

    [Test]
    public async Task Hundreds_of_orphans_leave_no_zombie(CancellationToken cancellationToken)
    {
        // Each inner shell ends at once and leaves its child to the guest's first process.
        var end = await Session.ShellAsync(
            """
            i=0; while [ $i -lt 300 ]; do (true & ) ; i=$((i+1)); done
            tries=0; while [ $tries -lt 200 ]; do
                zombies=$(cat /proc/[0-9]*/stat 2>/dev/null | grep -c ') Z ')
                [ $zombies = 0 ] && break
                usleep 50000; tries=$((tries+1))
            done
            echo $zombies
            """,
            cancellationToken);

        end.Output.Trim().Should().Be("0");
    }
}
