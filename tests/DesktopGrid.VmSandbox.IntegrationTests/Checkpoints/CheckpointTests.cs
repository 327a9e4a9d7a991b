using System.Diagnostics;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Checkpoints;

/// <summary>checkpoint and resume: one instant of RAM, devices and disk.</summary>
[CancelAfter(300_000)]
internal sealed class CheckpointTests : StoreFixture
{
    // Counts on its output, and writes each number to the disk before: a record that the one has and the other has not would be seen.
    private const string Counting = "i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo $i >> records; sync records; echo $i; usleep 10000; done; cat records | tail -1";

    [Test]
    [Category("AlsoAsRoot")]
    public async Task A_program_goes_on_where_it_was_and_no_record_is_lost_or_doubled(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        await session.StartAsync(SessionPhrases.Shell(Counting), cancellationToken: cancellationToken);
        await ReachAsync(session, 100, cancellationToken);

        var taken = await Host.Machines.CheckpointAsync(id, "first", cancellationToken);
        await ReachAsync(session, 400, cancellationToken);
        await Host.CrashAsync(id);
        var resumed = await Host.Machines.ResumeAsync(id, cancellationToken: cancellationToken);

        resumed.Should().Be(taken);
        (await Host.Machines.GetStatusAsync(id, cancellationToken)).Should().BeEquivalentTo(new { State = VmState.Running, StartPath = StartPath.Resumed, LastError = (string?)null });
        session = await Host.OpenSessionAsync(id, cancellationToken);
        (await session.GetTaskAsync(cancellationToken)).StdoutLength.Should().BeLessThan(Said(400).Length, "it is earlier than at the crash");
        var said = await session.FollowToEndAsync(cancellationToken);
        said.Output.Should().Be(Said(400) + "400\n");
        (await session.GetTextAsync("records", cancellationToken)).Should().Be(Said(400));
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task A_machine_that_is_suspended_stays_so_and_goes_on_afterwards(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        await (await Host.OpenSessionAsync(id, cancellationToken)).PutTextAsync("file", "as it was", cancellationToken: cancellationToken);
        await Host.Machines.SuspendAsync(id, cancellationToken);

        await Host.Machines.CheckpointAsync(id, "night", cancellationToken);

        (await Host.StateAsync(id)).Should().Be(VmState.Suspended);
        await Host.Machines.ContinueAsync(id, cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        (await session.GetTextAsync("file", cancellationToken)).Should().Be("as it was");
        await session.PutTextAsync("file", "later", cancellationToken: cancellationToken);
        await Host.Machines.StopAsync(id, cancellationToken: cancellationToken);
        await Host.Machines.ResumeAsync(id, cancellationToken: cancellationToken);
        (await (await Host.OpenSessionAsync(id, cancellationToken)).GetTextAsync("file", cancellationToken)).Should().Be("as it was");
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task Each_of_several_can_be_gone_back_to_and_one_that_is_removed_takes_nothing_of_the_others(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        foreach (var name in (string[])["one", "two", "three"])
        {
            await (await Host.OpenSessionAsync(id, cancellationToken)).PutTextAsync("file", name, cancellationToken: cancellationToken);
            await Host.Machines.CheckpointAsync(id, name, cancellationToken);
        }

        (await NamesAsync(id)).Should().Equal("three", "two", "one");
        await Host.Machines.RemoveCheckpointAsync(id, "two", cancellationToken);
        (await SnapshotsAsync(id)).Should().Be(2);
        foreach (var name in (string[])["one", "three"])
        {
            await Host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
            (await Host.Machines.ResumeAsync(id, name, cancellationToken)).Name.Should().Be(name);
            (await (await Host.OpenSessionAsync(id, cancellationToken)).GetTextAsync("file", cancellationToken)).Should().Be(name);
        }

        await Host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
        await Host.Machines.RemoveCheckpointAsync(id, "three", cancellationToken);
        (await NamesAsync(id)).Should().Equal("one");
        (await SnapshotsAsync(id)).Should().Be(1, "the disk keeps nothing for one that nobody names");
        foreach (var act in (Func<Task>[])[() => Host.Machines.ResumeAsync(id, "two", cancellationToken), () => Host.Machines.RemoveCheckpointAsync(id, "two", cancellationToken)])
        {
            (await act.Should().ThrowAsync<VmException>()).Which.Code.Should().Be(SandboxErrorCode.CheckpointUnknown);
        }

        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task One_that_is_damaged_is_passed_over_for_the_one_before_it_and_told_when_there_is_none(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        foreach (var content in (string[])["too old", "old", "new"])
        {
            await (await Host.OpenSessionAsync(id, cancellationToken)).PutTextAsync("file", content, cancellationToken: cancellationToken);
            await Host.Machines.CheckpointAsync(id, "latest", cancellationToken);
        }

        (await NamesAsync(id)).Should().Equal(["latest", "latest"], "the one before stays a generation longer");
        (await SnapshotsAsync(id)).Should().Be(2);
        await Host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
        var files = new DirectoryInfo(Path.Combine(Store.StorePath, "machines", id.ToString())).GetFiles("*.state").OrderByDescending(static file => file.LastWriteTimeUtc).ToList();
        Spoil(files[0]);

        await Host.Machines.ResumeAsync(id, "latest", cancellationToken);

        (await (await Host.OpenSessionAsync(id, cancellationToken)).GetTextAsync("file", cancellationToken)).Should().Be("old");
        await Host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
        Spoil(files[1]);
        var failure = (await FluentActions.Awaiting(() => Host.Machines.ResumeAsync(id, cancellationToken: cancellationToken)).Should().ThrowAsync<VmException>()).Which;
        (failure.Code, failure.Step).Should().Be((SandboxErrorCode.CheckpointUnusable, "resume.hash"));
        failure.Message.Should().Contain("latest").And.Contain("older checkpoint");
        (await Host.StateAsync(id)).Should().Be(VmState.Stopped);
        // Something that has no end in its place.
        files[0].Delete();
        using (var made = Process.Start("mkfifo", files[0].FullName))
        {
            await made.WaitForExitAsync(cancellationToken);
        }

        (await FluentActions.Awaiting(() => Host.Machines.ExportCheckpointAsync(id, "latest", Stream.Null, cancellationToken)).Should().ThrowAsync<VmException>()).Which.Code.Should().Be(SandboxErrorCode.CheckpointUnusable);
        await Host.Machines.StartAsync(id, cancellationToken);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task In_the_place_of_one_that_is_damaged_comes_the_other_of_its_name_and_not_what_lies_between(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        foreach (var (name, content) in ((string, string)[])[("mine", "old"), ("other", "between"), ("mine", "new")])
        {
            await (await Host.OpenSessionAsync(id, cancellationToken)).PutTextAsync("file", content, cancellationToken: cancellationToken);
            await Host.Machines.CheckpointAsync(id, name, cancellationToken);
        }

        await Host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
        var files = new DirectoryInfo(Path.Combine(Store.StorePath, "machines", id.ToString())).GetFiles("*.state").OrderByDescending(static file => file.LastWriteTimeUtc).ToList();
        Spoil(files[0]);

        (await Host.Machines.ResumeAsync(id, "mine", cancellationToken)).Name.Should().Be("mine");

        (await (await Host.OpenSessionAsync(id, cancellationToken)).GetTextAsync("file", cancellationToken)).Should().Be("old");
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task Two_guests_from_one_instant_draw_other_numbers_and_have_the_time_of_day(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        var begun = await (await Host.OpenSessionAsync(id, cancellationToken)).ShellAsync("true", cancellationToken);
        begun.ExitCode.Should().Be(0);
        await Host.Machines.CheckpointAsync(id, "seed", cancellationToken);
        var drawn = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            await Host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
            await Host.Machines.ResumeAsync(id, "seed", cancellationToken);
            var before = DateTimeOffset.UtcNow;
            var said = (await (await Host.OpenSessionAsync(id, cancellationToken)).ShellAsync("head -c 16 /dev/urandom | od -A n -t x1; date +%s", cancellationToken)).Output.Split('\n');
            drawn.Add(said[0]);
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(said[1], System.Globalization.CultureInfo.InvariantCulture)).Should().BeCloseTo(before, TimeSpan.FromSeconds(5));
        }

        drawn.Should().OnlyHaveUniqueItems();
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task A_put_under_way_at_the_instant_goes_on_and_after_a_resume_the_session_works(CancellationToken cancellationToken)
    {
        const long length = 200_000_000;
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        using var content = new GeneratedStream(length);
        var put = session.PutAsync("large", content, cancellationToken: cancellationToken);

        await Host.Machines.CheckpointAsync(id, "middle", cancellationToken);

        (await put).Should().Be(length);
        using var back = new HashingStream();
        await session.GetAsync("large", back, cancellationToken: cancellationToken);
        back.Hash.Should().Be(GeneratedStream.HashOf(length));
        await Host.CrashAsync(id);
        await Host.Machines.ResumeAsync(id, cancellationToken: cancellationToken);
        session = await Host.OpenSessionAsync(id, cancellationToken);
        await session.PutTextAsync("small", "whole", cancellationToken: cancellationToken);
        (await session.GetTextAsync("small", cancellationToken)).Should().Be("whole");
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task A_guest_that_changes_memory_faster_than_it_drains_stands_at_last_and_goes_on(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        // A file in memory that is written again and again.
        await session.StartAndWaitForAsync(SessionPhrases.Shell("echo ready; while :; do dd if=/dev/zero of=/dev/shm/x bs=1M count=200 conv=notrunc 2>/dev/null; echo round; done"), "round", cancellationToken);
        var before = (await session.GetTaskAsync(cancellationToken)).StdoutLength;

        var taken = await Host.Machines.CheckpointAsync(id, "busy", cancellationToken);

        taken.StateBytes.Should().BeLessThan(4L * 512 * 1024 * 1024);
        await Eventually.HoldsAsync(() => session.GetTaskAsync(cancellationToken).GetAwaiter().GetResult().StdoutLength > before, "the program goes on");
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [TestCase(0)]
    [TestCase(20)]
    [TestCase(60)]
    public async Task One_that_is_given_up_leaves_nothing_and_the_machine_goes_on(int afterMs, CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        await Host.Machines.CheckpointAsync(id, "good", cancellationToken);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        giveUp.CancelAfter(afterMs);

        await Host.Machines.CheckpointAsync(id, "given-up", giveUp.Token).Awaiting(static taking => taking).Should().ThrowAsync<OperationCanceledException>();

        (await NamesAsync(id)).Should().Equal("good");
        Directory.EnumerateFiles(Path.Combine(Store.StorePath, "machines", id.ToString()), "*.state*").Should().ContainSingle();
        await (await Host.OpenSessionAsync(id, cancellationToken)).PingAsync(cancellationToken);
        await Host.Machines.CheckpointAsync(id, "again", cancellationToken);
        (await SnapshotsAsync(id)).Should().Be(2);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [TestCase("")]
    [TestCase("../other")]
    [TestCase("-leading")]
    [TestCase("two words")]
    public async Task What_is_no_name_is_refused(string name)
    {
        var id = await Host.StartNewAsync();

        (await FluentActions.Awaiting(() => Host.Machines.CheckpointAsync(id, name)).Should().ThrowAsync<VmException>()).Which.Code.Should().Be(SandboxErrorCode.MachineInvalid);

        await Host.Machines.DestroyAsync(id);
    }

    private async Task<IEnumerable<string>> NamesAsync(VmId id) => (await Host.Machines.ListCheckpointsAsync(id)).Select(static checkpoint => checkpoint.Name);

    /// <summary>How many instants the overlay keeps, by its own header (docs/interop/qcow2.txt of QEMU: nb_snapshots at 60).</summary>
    private async Task<int> SnapshotsAsync(VmId id)
    {
        await using var overlay = new FileStream(Path.Combine(Store.StorePath, "machines", id.ToString(), "root.qcow2"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var header = new byte[64];
        await overlay.ReadExactlyAsync(header);
        return System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(60));
    }

    private static void Spoil(FileInfo file)
    {
        using var stream = file.OpenWrite();
        stream.Position = file.Length / 2;
        stream.Write("damaged"u8);
    }

    /// <summary>Waits until the counting program has said so many numbers.</summary>
    private static async Task ReachAsync(ISandboxSession session, int numbers, CancellationToken cancellationToken)
    {
        while ((await session.GetTaskAsync(cancellationToken)).StdoutLength < Said(numbers).Length)
        {
            await Task.Delay(20, cancellationToken);
        }
    }

    private static string Said(int numbers) => string.Concat(Enumerable.Range(1, numbers).Select(static i => $"{i}\n"));
}
