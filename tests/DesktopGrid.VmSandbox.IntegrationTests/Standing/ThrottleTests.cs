using System.Diagnostics;
using System.Globalization;
using DesktopGrid.VmSandbox.IntegrationTests.Hostility;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Standing;

/// <summary>A middleware that throttles by suspending and continuing again and again: the work goes on, nothing is written, and the guest's clocks are right.</summary>
[CancelAfter(300_000)]
internal sealed class ThrottleTests : StoreFixture
{
    // The sum tells whether any step was lost or doubled. Nothing is written until the end, and what was written before is on the disk.
    private const string Counting = "sync; msg_to_host begun yes; i=0; s=0; until [ -e enough ]; do i=$((i+1)); s=$((s+i)); done; echo $i $s";

    private static readonly TimeSpan Standing = TimeSpan.FromSeconds(5);

    [TestCase(60, 0)]
    [TestCase(300, 20, Category = "Long")]
    public async Task A_throttled_guest_goes_on_and_nothing_is_written_to_its_files(int times, int pauseMs, CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(new VmOptions { MemoryMiB = 128 }, cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        await session.StartAsync(SessionPhrases.Shell(Counting), cancellationToken: cancellationToken);
        await foreach (var happened in session.FollowAsync(cancellationToken: cancellationToken))
        {
            if (happened is TaskMessage)
            {
                break;
            }
        }

        // With the first, QEMU writes what it still held of the disk's tables for what the guest had written before.
        await Host.Machines.SuspendAsync(id, cancellationToken);
        var files = Files(id);
        await Host.Machines.ContinueAsync(id, cancellationToken);
        var before = (await session.PingAsync(cancellationToken)).UptimeMs;
        var running = new Stopwatch();
        running.Start();
        for (var i = 0; i < times; i++)
        {
            await Host.Machines.SuspendAsync(id, cancellationToken);
            running.Stop();
            await Task.Delay(pauseMs, cancellationToken);
            // Begins before the guest does: it may run so long at most.
            running.Start();
            await Host.Machines.ContinueAsync(id, cancellationToken);
            await Task.Delay(pauseMs, cancellationToken);
        }

        var after = (await session.PingAsync(cancellationToken)).UptimeMs;
        running.Stop();
        Files(id).Should().Equal(files, "neither verb writes to the machine's files, and the program does not either");
        (after - before).Should().BeInRange(0, running.ElapsedMilliseconds + 100, "its clock advances only while it runs");
        await session.PutTextAsync("enough", "", cancellationToken: cancellationToken);
        var said = (await session.FollowToEndAsync(cancellationToken)).Output.Split(' ').Select(static number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        said[0].Should().BePositive();
        said[1].Should().Be(said[0] * (said[0] + 1) / 2);
        await ClockIsRightAsync(session, cancellationToken);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task After_it_stood_a_guests_time_of_day_is_right_and_its_timers_do_not_storm(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(new VmOptions { MemoryMiB = 128 }, cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        await session.PutFileAsync("ticks", await GuestProgram.CompileAsync("ticks", cancellationToken), executable: true, cancellationToken);
        var clock = Stopwatch.StartNew();
        await session.StartAndWaitForAsync(SessionPhrases.Shell("./ticks; date +%s"), "", cancellationToken);

        await Host.Machines.SuspendAsync(id, cancellationToken);
        await Task.Delay(Standing, cancellationToken);
        await Host.Machines.ContinueAsync(id, cancellationToken);

        // Asked for at once: it comes behind the time of day.
        await session.PutTextAsync("enough", "", cancellationToken: cancellationToken);
        var lines = (await session.FollowToEndAsync(cancellationToken)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var elapsed = clock.Elapsed;
        IsNow(lines[^1]);
        var ticks = lines[..^1].Select(static line => line.Split(' ').Select(static number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray()).ToList();
        // Fifty if it had counted on; a computer that is busy holds some back as well.
        ticks.Max(static tick => tick[0]).Should().BeLessThan(20, "no burst makes up for the time that it stood");
        ticks[^1][2].Should().BeLessThan((long)(elapsed - Standing).TotalMilliseconds + 100, "the clock by which programs wait stood");
        ticks[^1][1].Should().BeInRange(1, ticks[^1][2] / 100 + 1, "there are as many ticks as time passed for it");
        await ClockIsRightAsync(session, cancellationToken);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task A_guest_that_stood_before_and_after_a_resume_has_the_time_of_day(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(new VmOptions { MemoryMiB = 128 }, cancellationToken);
        await Host.Machines.SuspendAsync(id, cancellationToken);
        await Host.Machines.CheckpointAsync(id, "stood", cancellationToken);
        await Host.Machines.StopAsync(id, cancellationToken: cancellationToken);
        await Task.Delay(Standing, cancellationToken);
        await Host.Machines.ResumeAsync(id, cancellationToken: cancellationToken);

        await ClockIsRightAsync(await Host.OpenSessionAsync(id, cancellationToken), cancellationToken);

        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    private static async Task ClockIsRightAsync(ISandboxSession session, CancellationToken cancellationToken)
    {
        var before = DateTimeOffset.UtcNow;
        var said = Seconds((await session.ShellAsync("date +%s", cancellationToken)).Output);
        said.Should().BeOnOrAfter(before - TimeSpan.FromSeconds(2)).And.BeOnOrBefore(DateTimeOffset.UtcNow + TimeSpan.FromSeconds(1));
    }

    private static void IsNow(string said) => Seconds(said).Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromSeconds(2));

    private static DateTimeOffset Seconds(string said) => DateTimeOffset.FromUnixTimeSeconds(long.Parse(said, CultureInfo.InvariantCulture));

    /// <summary>What the machine has on the host's disk: each file, how long it is, and when it was written the last time.</summary>
    private List<(string Name, long Length, DateTime Written)> Files(VmId id) =>
        [.. new DirectoryInfo(Path.Combine(Store.StorePath, "machines", id.ToString())).GetFiles().OrderBy(static file => file.Name).Select(static file => (file.Name, file.Length, file.LastWriteTimeUtc))];
}
