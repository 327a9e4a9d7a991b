using System.Diagnostics;
using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Vms;

/// <summary>stop asks the guest first, and has its way in any case.</summary>
internal sealed class StopTests : StoreFixture
{
    [Test]
    [CancelAfter(180_000)]
    public async Task A_guest_that_is_stopped_with_grace_writes_everything_to_its_disk_first(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        // Written by a program that does not sync: only a guest that ends in order has it on disk.
        await session.StartAsync(new TaskStartRequest { TaskId = "t", Program = "/bin/sh", Arguments = ["-c", "echo kept > kept.txt"] }, cancellationToken: cancellationToken);
        await session.FollowAsync(cancellationToken: cancellationToken).LastAsync(cancellationToken);

        await Host.Machines.StopAsync(id, TimeSpan.FromSeconds(60), cancellationToken);

        await Host.Machines.StartAsync(id, cancellationToken);
        using var content = new MemoryStream();
        await (await Host.OpenSessionAsync(id, cancellationToken)).GetAsync("kept.txt", content, cancellationToken: cancellationToken);
        Encoding.UTF8.GetString(content.ToArray()).Should().Be("kept\n");
        var log = await Host.ReadLogAsync(id, new LogQuery { Sources = [LogSource.Host] }, cancellationToken).ToListAsync(cancellationToken);
        log.Select(static line => line.Text.Split(':')[0]).Should().Equal("started", "ready", "stopped", "started", "ready");
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_guest_that_does_not_answer_is_killed_when_its_grace_is_over(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        // Stopped from outside, so that neither the guest nor QEMU answers anything: only the kernel can end it.
        using var process = Process.Start("/bin/kill", ["-STOP", $"{(await Host.Machines.GetStatusAsync(id, cancellationToken)).ProcessId}"]);
        await process.WaitForExitAsync(cancellationToken);
        var clock = Stopwatch.StartNew();

        await Host.Machines.StopAsync(id, TimeSpan.FromSeconds(2), cancellationToken);

        clock.Elapsed.Should().BeGreaterThan(TimeSpan.FromSeconds(2)).And.BeLessThan(TimeSpan.FromSeconds(30));
        (await Host.StateAsync(id)).Should().Be(VmState.Stopped);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_caller_who_cancels_is_no_longer_patient(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        using var process = Process.Start("/bin/kill", ["-STOP", $"{(await Host.Machines.GetStatusAsync(id, cancellationToken)).ProcessId}"]);
        await process.WaitForExitAsync(cancellationToken);
        using var impatient = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var clock = Stopwatch.StartNew();

        await Host.Machines.StopAsync(id, TimeSpan.FromMinutes(10), impatient.Token);

        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(30));
        (await Host.StateAsync(id)).Should().Be(VmState.Stopped, "stopping is what was asked for; only the patience was taken back");
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [TestCase(-1)]
    [TestCase(4000)]
    public async Task A_grace_out_of_its_range_is_wrong_use(int seconds)
    {
        var id = await Host.StartNewAsync();

        await FluentActions.Awaiting(() => Host.Machines.StopAsync(id, TimeSpan.FromSeconds(seconds))).Should().ThrowAsync<ArgumentOutOfRangeException>();

        (await Host.StateAsync(id)).Should().Be(VmState.Running);
        await Host.Machines.DestroyAsync(id);
    }
}
