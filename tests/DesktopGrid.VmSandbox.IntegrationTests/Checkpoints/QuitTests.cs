using System.Diagnostics;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Checkpoints;

/// <summary>quit: the work is kept where it fits into the time, and the time holds in any case.</summary>
[CancelAfter(300_000)]
internal sealed class QuitTests : StoreFixture
{
    // What the kernel, the catalog and a test's busy computer need for the end of a killed process.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);

    [Test]
    public async Task The_work_is_kept_and_goes_on_from_there(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        await (await Host.OpenSessionAsync(id, cancellationToken)).PutTextAsync("file", "work", cancellationToken: cancellationToken);
        var clock = Stopwatch.StartNew();

        var kept = await Host.Machines.QuitAsync(id, new VmKeepWork { Name = "evening" }, cancellationToken);

        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(60));
        kept!.Name.Should().Be("evening");
        (await Host.StateAsync(id)).Should().Be(VmState.Stopped);
        (await Host.Machines.ResumeAsync(id, cancellationToken: cancellationToken)).Should().Be(kept);
        (await (await Host.OpenSessionAsync(id, cancellationToken)).GetTextAsync("file", cancellationToken)).Should().Be("work");
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task A_machine_that_has_as_many_as_are_kept_keeps_its_work_all_the_same(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(new VmOptions { MemoryMiB = 128 }, cancellationToken);
        for (var i = 0; i < CheckpointLimits.MostOfMachine; i++)
        {
            await Host.Machines.CheckpointAsync(id, $"at-{i}", cancellationToken);
        }

        await FluentActions.Awaiting(() => Host.Machines.CheckpointAsync(id, "one-more", cancellationToken)).Should().ThrowAsync<VmException>();
        await (await Host.OpenSessionAsync(id, cancellationToken)).PutTextAsync("file", "work", cancellationToken: cancellationToken);

        // Twice, since each leaves one of its name behind.
        for (var i = 0; i < 2; i++)
        {
            (await Host.Machines.QuitAsync(id, cancellationToken: cancellationToken))!.Name.Should().Be("quit");
            await Host.Machines.ResumeAsync(id, cancellationToken: cancellationToken);
        }

        (await (await Host.OpenSessionAsync(id, cancellationToken)).GetTextAsync("file", cancellationToken)).Should().Be("work");
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [TestCase(10)]
    [TestCase(50)]
    [TestCase(250)]
    public async Task Where_the_time_is_too_short_the_last_good_one_stands_and_the_machine_ends_in_time(int milliseconds, CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        await session.PutTextAsync("file", "good", cancellationToken: cancellationToken);
        var good = await Host.Machines.CheckpointAsync(id, "quit", cancellationToken);
        // Bytes that cannot be compressed, so that no computer is so fast.
        await session.ShellAsync("head -c 100000000 /dev/urandom > /dev/shm/x; echo later > file", cancellationToken);
        var clock = Stopwatch.StartNew();

        var kept = await Host.Machines.QuitAsync(id, new VmKeepWork { Within = TimeSpan.FromMilliseconds(milliseconds) }, cancellationToken);

        clock.Elapsed.Should().BeLessThan(TimeSpan.FromMilliseconds(milliseconds) + Slack);
        kept.Should().BeNull();
        (await Host.Machines.ListCheckpointsAsync(id, cancellationToken)).Should().Equal(good);
        (await Host.StateAsync(id)).Should().Be(VmState.Stopped);
        Directory.EnumerateFiles(Path.Combine(Store.StorePath, "machines", id.ToString()), "*.state*").Should().ContainSingle();
        (await Host.ReadLogAsync(id, cancellationToken: cancellationToken).ToListAsync(cancellationToken)).Should().Contain(static line => line.Text.StartsWith("no new checkpoint: ", StringComparison.Ordinal));
        (await Host.Machines.ResumeAsync(id, cancellationToken: cancellationToken)).Should().Be(good);
        (await (await Host.OpenSessionAsync(id, cancellationToken)).GetTextAsync("file", cancellationToken)).Should().Be("good");
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task The_time_holds_where_QEMU_does_not_answer_at_all(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        var good = await Host.Machines.CheckpointAsync(id, "good", cancellationToken);
        await HaltAsync(id, cancellationToken);
        var clock = Stopwatch.StartNew();

        var kept = await Host.Machines.QuitAsync(id, new VmKeepWork { Within = TimeSpan.FromSeconds(3) }, cancellationToken);

        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(3) + Slack);
        kept.Should().BeNull();
        (await Host.Machines.GetStatusAsync(id, cancellationToken)).Should().BeEquivalentTo(new { State = VmState.Stopped, ProcessId = (int?)null });
        (await Host.Machines.ResumeAsync(id, cancellationToken: cancellationToken)).Should().Be(good);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task The_time_holds_where_another_call_hangs_with_the_machine(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        await HaltAsync(id, cancellationToken);
        var hanging = Host.Machines.CheckpointAsync(id, "hangs", cancellationToken);
        var clock = Stopwatch.StartNew();

        var kept = await Host.Machines.QuitAsync(id, new VmKeepWork { Within = TimeSpan.FromSeconds(2) }, cancellationToken);

        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(2) + Slack);
        kept.Should().BeNull();
        (await hanging.Awaiting(static taking => taking).Should().ThrowAsync<VmException>()).Which.Code.Should().Be(SandboxErrorCode.MachineEnded);
        (await Host.StateAsync(id)).Should().Be(VmState.Failed);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task A_caller_who_cancels_is_no_longer_patient(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        await HaltAsync(id, cancellationToken);
        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var clock = Stopwatch.StartNew();

        var kept = await Host.Machines.QuitAsync(id, new VmKeepWork { Within = TimeSpan.FromSeconds(20) }, impatient.Token);

        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(12), "a QEMU that does not answer is not waited for until the whole time is over");
        kept.Should().BeNull();
        (await Host.StateAsync(id)).Should().Be(VmState.Stopped);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task A_host_quits_with_all_its_machines_at_once_and_leaves_those_that_outlive_it(CancellationToken cancellationToken)
    {
        var one = await Host.StartNewAsync(new VmOptions { MemoryMiB = 128 }, cancellationToken);
        var hung = await Host.StartNewAsync(new VmOptions { MemoryMiB = 128 }, cancellationToken);
        var outlives = await Host.StartNewAsync(new VmOptions { MemoryMiB = 128, OutlivesHost = true }, cancellationToken);
        var idle = await Host.Machines.CreateAsync(new VmOptions(), cancellationToken);
        await HaltAsync(hung, cancellationToken);
        var clock = Stopwatch.StartNew();

        var kept = await Host.QuitAsync(new VmKeepWork { Name = "all", Within = TimeSpan.FromSeconds(20) }, cancellationToken);

        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(20) + Slack);
        kept.Should().HaveCount(2);
        kept[one]!.Name.Should().Be("all");
        kept[hung].Should().BeNull();
        (await Host.StateAsync(outlives)).Should().Be(VmState.Running);
        foreach (var id in (VmId[])[one, hung, outlives, idle])
        {
            await Host.Machines.DestroyAsync(id, cancellationToken);
        }
    }

    [Test]
    public async Task What_cannot_be_meant_is_refused_before_anything_happens(CancellationToken cancellationToken)
    {
        var id = await Host.Machines.CreateAsync(new VmOptions(), cancellationToken);
        (await FluentActions.Awaiting(() => Host.Machines.QuitAsync(id, new VmKeepWork { Name = "" }, cancellationToken)).Should().ThrowAsync<VmException>()).Which.Code.Should().Be(SandboxErrorCode.MachineInvalid);
        await FluentActions.Awaiting(() => Host.Machines.QuitAsync(id, new VmKeepWork { Within = TimeSpan.Zero }, cancellationToken)).Should().ThrowAsync<ArgumentOutOfRangeException>();
        (await FluentActions.Awaiting(() => Host.Machines.QuitAsync(id, cancellationToken: cancellationToken)).Should().ThrowAsync<VmException>()).Which.Code.Should().Be(SandboxErrorCode.MachineState);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    /// <summary>Neither the guest nor QEMU answers anything from now on.</summary>
    private async Task HaltAsync(VmId id, CancellationToken cancellationToken)
    {
        using var process = Process.Start("/bin/kill", ["-STOP", $"{(await Host.Machines.GetStatusAsync(id, cancellationToken)).ProcessId}"]);
        await process.WaitForExitAsync(cancellationToken);
    }
}
