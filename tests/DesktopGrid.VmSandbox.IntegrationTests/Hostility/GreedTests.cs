using System.Diagnostics;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Hostility;

/// <summary>A program that takes all memory, or all of the daemon's attention: it is told how it ended, and the session lives on.</summary>
[CancelAfter(240_000)]
public sealed class GreedTests : GuestFixture
{
    [TestCase("alone", "0")]
    [TestCase("thirty at once", "29")]
    [Category("AlsoAsRoot")]
    public async Task Who_takes_all_memory_is_ended_by_the_guests_kernel_and_the_daemon_lives(string how, string more, CancellationToken cancellationToken)
    {
        await Session.PutFileAsync("memory", await GuestProgram.CompileAsync("memory", cancellationToken), executable: true, cancellationToken);

        var (end, pings) = await RunAndPingAsync(new TaskStartRequest { TaskId = how, Program = "memory", Arguments = [more] }, cancellationToken);

        end.Status.Should().BeEquivalentTo(new { State = GuestTaskState.Exited, ExitCode = (int?)null, Signal = 9, Stopped = false });
        TestContext.Out.WriteLine($"ended after {end.Status.ElapsedMs} ms with {end.Status.PeakMemoryBytes >> 20} MiB; {pings.Count} pings, worst {pings.Max():0} ms");
        await LivesAsync(cancellationToken);
    }

    [Test]
    public async Task A_flood_of_messages_keeps_the_newest_and_leaves_the_daemon_its_breath(CancellationToken cancellationToken)
    {
        const int count = 1500;
        await Session.PutFileAsync("messages", await GuestProgram.CompileAsync("messages", cancellationToken), executable: true, cancellationToken);

        var (end, pings) = await RunAndPingAsync(new TaskStartRequest { TaskId = "1", Program = "messages", Arguments = ["send", $"{count}"] }, cancellationToken);

        end.ExitCode.Should().Be(0, end.Errors);
        TestContext.Out.WriteLine($"took {end.Status.ElapsedMs} ms, {end.Messages.Count} were followed; {pings.Count} pings, worst {pings.Max():0} ms");
        // Who follows may miss what gave way meanwhile, and sees by the numbers that he did; never an older one after a newer, and never a wrong one.
        end.Messages.Select(static message => message.Number).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        end.Messages.Should().OnlyContain(static message => message.Key == "flood" && message.Value == $"{message.Number}");
        end.Messages[^1].Number.Should().Be(count);
        (await Session.MessagesToHostAsync(cancellationToken: cancellationToken)).Select(static message => message.Number)
            .Should().Equal(Enumerable.Range(count - ProtocolLimits.MaxMessagesKept + 1, ProtocolLimits.MaxMessagesKept).Select(static i => (long)i));
        await LivesAsync(cancellationToken);
    }

    [Test]
    public async Task Connections_that_say_nothing_hold_up_messages_for_a_bound_and_the_daemon_not_at_all(CancellationToken cancellationToken)
    {
        await Session.PutFileAsync("messages", await GuestProgram.CompileAsync("messages", cancellationToken), executable: true, cancellationToken);
        await Session.StartAndWaitForAsync(new TaskStartRequest { TaskId = "1", Program = "messages", Arguments = ["hold", "40"] }, "held", cancellationToken);
        var clock = Stopwatch.StartNew();

        await Session.PingAsync(cancellationToken);
        await Session.PutTextAsync("file", "x", cancellationToken: cancellationToken);

        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(5));
        (await Session.StopAsync(TimeSpan.Zero, cancellationToken)).State.Should().Be(GuestTaskState.Exited);
        await LivesAsync(cancellationToken);
    }

    private async Task<(ProgramEnd End, List<double> Pings)> RunAndPingAsync(TaskStartRequest start, CancellationToken cancellationToken)
    {
        var pings = new List<double>();
        var running = Session.RunAsync(start, cancellationToken);
        do
        {
            var clock = Stopwatch.GetTimestamp();
            await Session.PingAsync(cancellationToken);
            pings.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
            await Task.WhenAny(running, Task.Delay(200, cancellationToken));
        }
        while (!running.IsCompleted);

        return (await running, pings);
    }

    private async Task LivesAsync(CancellationToken cancellationToken)
    {
        var next = await Session.ShellAsync("msg_to_host alive yes; echo alive", cancellationToken);
        (next.ExitCode, next.Output).Should().Be((0, "alive\n"), next.Errors);
        next.Messages.Should().Equal(new GuestMessage(1, "alive", "yes"));
    }
}
