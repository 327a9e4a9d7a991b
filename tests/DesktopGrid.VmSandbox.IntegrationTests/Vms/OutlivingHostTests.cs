using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Vms;

/// <summary>Machines that were told to outlive their host process, and those that were not.</summary>
internal sealed class OutlivingHostTests : StoreFixture
{
    [Test]
    [Category("AlsoAsRoot")]
    [CancelAfter(240_000)]
    public async Task A_machine_that_outlives_its_killed_host_is_taken_up_again_with_its_session_and_its_log(CancellationToken cancellationToken)
    {
        await using var other = TestHostProcess.Start(Store, "machine", "outlives");
        var words = await other.WaitForAsync("running");
        var (id, qemu) = (VmId.Parse(words[1]), int.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture));
        await other.KillAsync();

        // Another opening finds it running and lets it be.
        await using var host = await Store.OpenHostAsync();
        ProcessTable.IsAlive(qemu).Should().BeTrue();
        (await host.Machines.LoadAsync(id, cancellationToken)).Should().BeEquivalentTo(new { State = VmState.Running, ProcessId = qemu });
        var session = await host.OpenSessionAsync(id, cancellationToken);
        await session.PutAsync("in.txt", new MemoryStream("hello"u8.ToArray()), cancellationToken: cancellationToken);
        await session.StartAsync(new TaskStartRequest { TaskId = "t", Program = "/bin/cat", Arguments = ["in.txt"] }, cancellationToken: cancellationToken);
        var output = await session.FollowAsync(cancellationToken: cancellationToken).OfType<TaskOutput>().FirstAsync(cancellationToken);
        Encoding.UTF8.GetString(output.Bytes.Span).Should().Be("hello");
        var log = await host.ReadLogAsync(id, new LogQuery { Sources = [LogSource.Host] }, cancellationToken).ToListAsync(cancellationToken);
        log.Select(static line => line.Text.Split(':')[0].Split(' ')[0]).Should().Equal("started", "ready", "taken");

        await host.Machines.SuspendAsync(id, cancellationToken);
        await host.Machines.ContinueAsync(id, cancellationToken);
        await host.Machines.StopAsync(id, cancellationToken: cancellationToken);
        await Eventually.HoldsAsync(() => !ProcessTable.IsAlive(qemu), "a machine that was taken up can be stopped");
        await host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task A_session_that_was_cut_off_in_the_middle_of_everything_is_taken_up_by_the_next_host_with_nothing_lost(CancellationToken cancellationToken)
    {
        await using var other = TestHostProcess.Start(Store, "work");
        var id = VmId.Parse((await other.WaitForAsync("busy"))[1]);
        await other.KillAsync();

        var session = await Host.OpenSessionAsync(id, cancellationToken);

        (await session.GetTextAsync("file", cancellationToken: cancellationToken)).Should().Be("the old content", "a put that was cut off is no put");
        (await session.GetTaskAsync(cancellationToken)).Should().BeEquivalentTo(new { TaskId = "count", State = GuestTaskState.Running });
        await session.PutTextAsync("enough", "", cancellationToken: cancellationToken);
        var end = await session.FollowToEndAsync(cancellationToken);
        end.ExitCode.Should().Be(0);
        end.Messages.Should().Equal(new GuestMessage(1, "key", "value"));
        var lines = end.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Should().Equal(Enumerable.Range(1, lines.Length).Select(static i => $"{i}"));
        (await session.NamesAsync(".", cancellationToken)).Should().Equal("enough", "file");
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task A_machine_outlives_also_a_host_that_closes_in_order_and_a_suspended_one_stays_suspended(CancellationToken cancellationToken)
    {
        VmId id;
        await using (var first = await Store.OpenHostAsync())
        {
            id = await first.StartNewAsync(new VmOptions { OutlivesHost = true }, cancellationToken);
            await first.Machines.SuspendAsync(id, cancellationToken);
        }

        (await Host.Machines.LoadAsync(id, cancellationToken)).State.Should().Be(VmState.Suspended);
        await Host.Machines.ContinueAsync(id, cancellationToken);
        await (await Host.OpenSessionAsync(id, cancellationToken)).PingAsync(cancellationToken);

        // Taken up, and killed from outside: the new holder sees its end.
        await Host.CrashAsync(id);
        (await Host.Machines.GetStatusAsync(id, cancellationToken)).LastError.Should().NotBeNullOrEmpty();
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task A_machine_that_was_left_running_is_destroyed_by_the_next_process(CancellationToken cancellationToken)
    {
        await using var other = TestHostProcess.Start(Store, "machine", "outlives");
        var words = await other.WaitForAsync("running");
        (await other.EndAsync()).Should().Be(0);
        ProcessTable.IsAlive(int.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture)).Should().BeTrue();

        await Host.Machines.DestroyAsync(VmId.Parse(words[1]), cancellationToken);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task A_machine_whose_process_ended_while_nobody_watched_is_found_failed(CancellationToken cancellationToken)
    {
        await using var other = TestHostProcess.Start(Store, "machine", "outlives");
        var words = await other.WaitForAsync("running");
        var id = VmId.Parse(words[1]);
        await other.KillAsync();
        TestMachines.Kill(int.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture));

        var loaded = await Host.Machines.LoadAsync(id, cancellationToken);

        (loaded.State, loaded.ProcessId).Should().Be((VmState.Failed, null));
        loaded.LastError.Should().Contain("no host process watched");
        await Host.Machines.StartAsync(id, cancellationToken);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }
}
