using System.Security.Cryptography;
using System.Text;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;
using DesktopGrid.VmSandbox.Vms.Travel;
using ZstdSharp;

namespace DesktopGrid.VmSandbox.IntegrationTests.Checkpoints;

/// <summary>A checkpoint travels: from one store to another, in one file that knows nothing of the first.</summary>
[CancelAfter(300_000)]
internal sealed class TravelTests : StoreFixture
{
    private const string Label = "the-first-host's-own-label";
    private const int Records = 300;

    // Each number is on the disk before it is said; what it says at the end is of the disk alone.
    private static readonly string Counting = $"i=0; while [ $i -lt {Records} ]; do i=$((i+1)); echo $i >> records; sync records; echo $i; usleep 10000; done; sha256sum records";

    private byte[] _exported = [];

    [Test]
    [Order(1)]
    public async Task A_task_begun_here_ends_there_with_the_same_output(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(new VmOptions { MemoryMiB = 128, Labels = new Dictionary<string, string> { ["of"] = Label } }, cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        await session.StartAsync(SessionPhrases.Shell(Counting), cancellationToken: cancellationToken);
        while ((await session.GetTaskAsync(cancellationToken)).StdoutLength < 200)
        {
            await Task.Delay(20, cancellationToken);
        }

        var taken = await Host.Machines.CheckpointAsync(id, "half-way", cancellationToken);
        // What comes later on the disk must not travel.
        await session.PutTextAsync("later", "written after the instant", cancellationToken: cancellationToken);
        var undisturbed = await session.FollowToEndAsync(cancellationToken);
        await Host.Machines.StopAsync(id, cancellationToken: cancellationToken);
        using var file = new MemoryStream();
        await Host.Machines.ExportCheckpointAsync(id, "half-way", file, cancellationToken);
        _exported = file.ToArray();
        (await Host.StateAsync(id)).Should().Be(VmState.Stopped);
        KnowsNothingOf(_exported, Store.Folder, Path.GetFileName(Store.Folder), id.ToString(), Label, Path.Combine(LeakCheck.RuntimeRoot, id.ToString()), Environment.UserName == "root" ? Label : Environment.UserName, Environment.MachineName, "written after the instant");
        await Host.Machines.DestroyAsync(id, cancellationToken);

        await using var there = await TempStore.OpenAsync();
        using var arrived = new MemoryStream(_exported, writable: false);
        var other = await there.Host.Machines.ImportCheckpointAsync(arrived, new VmImportOptions { Labels = new Dictionary<string, string> { ["from"] = "afar" } }, cancellationToken);

        var status = await there.Host.Machines.GetStatusAsync(other, cancellationToken);
        status.Should().BeEquivalentTo(new { State = VmState.Stopped, MemoryMiB = 128, VirtualCpus = 1 });
        status.Labels.Should().BeEquivalentTo(new Dictionary<string, string> { ["from"] = "afar" });
        (await there.Host.Machines.ListCheckpointsAsync(other, cancellationToken)).Should().Equal(taken);
        (await there.Host.Machines.ResumeAsync(other, cancellationToken: cancellationToken)).Should().Be(taken);
        session = await there.Host.OpenSessionAsync(other, cancellationToken);
        var ended = await session.FollowToEndAsync(cancellationToken);
        ended.Output.Should().Be(undisturbed.Output).And.StartWith("1\n2\n");
        (await session.NamesAsync(".", cancellationToken)).Should().Equal("records");
        // And it is a checkpoint like any other: it can be gone back to once more, and be taken again.
        await there.Host.Machines.CheckpointAsync(other, "half-way", cancellationToken);
        await there.Host.Machines.StopAsync(other, TimeSpan.Zero, cancellationToken);
        (await there.Host.Machines.ResumeAsync(other, cancellationToken: cancellationToken)).TakenAt.Should().BeAfter(taken.TakenAt);
        await there.Host.Machines.DestroyAsync(other, cancellationToken);
    }

    /// <summary>Nothing that is asked of it before may take its work away.</summary>
    [Test]
    [Order(2)]
    public async Task One_that_arrived_can_be_booted_and_goes_on_from_its_instant_afterwards(CancellationToken cancellationToken)
    {
        using var arrived = new MemoryStream(_exported, writable: false);
        var id = await Host.Machines.ImportCheckpointAsync(arrived, cancellationToken: cancellationToken);
        await Host.Machines.StartAsync(id, cancellationToken);
        (await Host.Machines.GetStatusAsync(id, cancellationToken)).StartPath.Should().Be(StartPath.Cold);
        await Host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);

        await Host.Machines.ResumeAsync(id, cancellationToken: cancellationToken);

        (await (await Host.OpenSessionAsync(id, cancellationToken)).FollowToEndAsync(cancellationToken)).Output.Should().StartWith("1\n2\n");
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    [Order(2)]
    public async Task A_file_that_is_cut_or_damaged_is_refused_in_one_sentence_and_leaves_nothing(CancellationToken cancellationToken)
    {
        var manifest = await TravelFile.ReadHeadAsync(new MemoryStream(_exported), cancellationToken);
        var disk = _exported.Length - manifest.Disk.Length;
        var state = disk - manifest.State.Length;
        foreach (var length in (long[])[0, 7, 15, 16, 200, state - 1, state, state + 1000, disk, disk + 70_000, _exported.Length - 1])
        {
            await RefusedAsync(_exported[..(int)length], "ends too early");
        }

        foreach (var (at, why) in ((long, string)[])[(0, "does not begin"), (11, "version"), (12, "manifest would have"), (40, "manifest has other bytes"), (state - 1, "manifest has other bytes"), (state + 5000, "other bytes"), (disk + 100, "other bytes"), (_exported.Length - 1, "other bytes")])
        {
            var damaged = _exported.ToArray();
            damaged[at] ^= 0x40;
            await RefusedAsync(damaged, why);
        }

        await RefusedAsync([.. _exported, 0], "follows its end");
        // Its own files, whole, in other places.
        await RefusedAsync(await WithAsync(manifest with { State = manifest.Disk, Disk = manifest.State }), "other bytes");
    }

    [Test]
    [Order(3)]
    public async Task A_manifest_of_a_stranger_is_judged_before_anything_is_written(CancellationToken cancellationToken)
    {
        var manifest = await TravelFile.ReadHeadAsync(new MemoryStream(_exported), cancellationToken);
        foreach (var (altered, why) in ((TravelManifest, string)[])
        [
            (manifest with { Name = "../../name" }, "checkpoint"),
            (manifest with { Image = "../" + manifest.Image[3..] }, "hash"),
            (manifest with { MemoryMiB = 0 }, "memory"),
            (manifest with { MemoryMiB = 64 }, "its image needs at least 96"),
            (manifest with { VirtualCpus = 65 }, "virtual CPUs"),
            (manifest with { CpuModel = "qemu64\n-device" }, "describe its machine"),
            (manifest with { Accelerator = "7" }, "accelerator"),
            (manifest with { StateBytes = long.MaxValue }, "size of its state"),
            (manifest with { State = manifest.State with { Length = long.MaxValue } }, "length of its state"),
            (manifest with { Disk = manifest.Disk with { Length = -1 } }, "length of its disk"),
            (manifest with { DiskBytes = manifest.DiskBytes * 2 }, "another size"),
        ])
        {
            await RefusedAsync(await WithAsync(altered), why);
        }

        var absent = new string('a', 64);
        var failure = (await FluentActions.Awaiting(async () => await Host.Machines.ImportCheckpointAsync(new MemoryStream(await WithAsync(manifest with { Image = absent })), cancellationToken: cancellationToken)).Should().ThrowAsync<ImageException>()).Which;
        (failure.Code, failure.Step).Should().Be((SandboxErrorCode.ImageMissing, "import.image"));
        failure.Message.Should().Contain(absent);
    }

    [TestCase("/etc/passwd")]
    [TestCase("json:{\"driver\":\"nbd\"}")]
    [TestCase("../../catalog.db")]
    [Order(4)]
    public async Task A_disk_that_leads_elsewhere_is_refused_although_its_hash_is_right(string elsewhere, CancellationToken cancellationToken)
    {
        var manifest = await TravelFile.ReadHeadAsync(new MemoryStream(_exported), cancellationToken);
        using var folder = new TemporaryOverlay(elsewhere, manifest.DiskBytes);
        var disk = await File.ReadAllBytesAsync(folder.Path, cancellationToken);
        var altered = manifest with { Disk = new TravelPart(disk.Length, Convert.ToHexStringLower(SHA256.HashData(disk))) };

        await RefusedAsync(await WithAsync(altered, disk), "another base");
    }

    [Test]
    [Order(5)]
    public async Task One_that_is_given_up_or_whose_source_breaks_leaves_nothing(CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var slow = new BreakingStream(_exported, _exported.Length / 2, () => giveUp.Cancel());
        await FluentActions.Awaiting(() => Host.Machines.ImportCheckpointAsync(slow, cancellationToken: giveUp.Token)).Should().ThrowAsync<OperationCanceledException>();
        NothingIsThere();
        using var broken = new BreakingStream(_exported, _exported.Length / 2, () => throw new IOException("the network is gone"));
        (await FluentActions.Awaiting(() => Host.Machines.ImportCheckpointAsync(broken, cancellationToken: cancellationToken)).Should().ThrowAsync<IOException>()).WithMessage("the network is gone");
        NothingIsThere();
    }

    [Test]
    [Order(6)]
    public async Task One_that_does_not_give_its_instant_is_told_and_leaves_nothing_beside_it(CancellationToken cancellationToken)
    {
        using var source = new MemoryStream(_exported);
        var id = await Host.Machines.ImportCheckpointAsync(source, cancellationToken: cancellationToken);
        var folder = Path.Combine(Store.StorePath, "machines", id.ToString());
        (await FluentActions.Awaiting(() => Host.Machines.ExportCheckpointAsync(id, "other", Stream.Null, cancellationToken)).Should().ThrowAsync<VmException>()).Which.Code.Should().Be(SandboxErrorCode.CheckpointUnknown);
        // Once more, from where it arrived: the same instant, so the same state.
        using var again = new MemoryStream();
        await Host.Machines.ExportCheckpointAsync(id, null, again, cancellationToken);
        (await TravelFile.ReadHeadAsync(new MemoryStream(again.ToArray()), cancellationToken)).State.Should().Be((await TravelFile.ReadHeadAsync(new MemoryStream(_exported), cancellationToken)).State);
        var state = new FileInfo(Directory.EnumerateFiles(folder, "*.state").Single());
        await using (var stream = state.OpenWrite())
        {
            stream.Position = state.Length / 2;
            stream.Write("damaged"u8);
        }

        var failure = (await FluentActions.Awaiting(() => Host.Machines.ExportCheckpointAsync(id, null, Stream.Null, cancellationToken)).Should().ThrowAsync<VmException>()).Which;

        (failure.Code, failure.Step).Should().Be((SandboxErrorCode.CheckpointUnusable, "export.hash"));
        Directory.EnumerateFiles(folder).Select(Path.GetFileName).Should().BeEquivalentTo("lock", "root.qcow2", state.Name);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    private static void KnowsNothingOf(byte[] file, params string[] names)
    {
        var manifest = TravelFile.ReadHeadAsync(new MemoryStream(file), default).GetAwaiter().GetResult();
        var state = file.AsMemory((int)(file.Length - manifest.Disk.Length - manifest.State.Length), (int)manifest.State.Length);
        using var unpacked = new MemoryStream();
        using (var zstd = new DecompressionStream(new MemoryStream(state.ToArray())))
        {
            zstd.CopyTo(unpacked);
        }

        unpacked.Length.Should().Be(manifest.StateBytes);
        // Shorter ones, such as "vm" and "root", are everywhere in any Linux.
        foreach (var name in names.Where(static name => name.Length > 4))
        {
            foreach (var form in (byte[][])[Encoding.UTF8.GetBytes(name), Encoding.Unicode.GetBytes(name)])
            {
                file.AsSpan().IndexOf(form).Should().Be(-1, $"\"{name}\" is the first host's own");
                unpacked.GetBuffer().AsSpan(0, (int)unpacked.Length).IndexOf(form).Should().Be(-1, $"\"{name}\" is the first host's own, also unpacked");
            }
        }
    }

    private async Task RefusedAsync(byte[] file, string why)
    {
        var failure = (await FluentActions.Awaiting(() => Host.Machines.ImportCheckpointAsync(new MemoryStream(file))).Should().ThrowAsync<VmException>($"it is refused because \"{why}\"")).Which;
        (failure.Code, failure.Verb).Should().Be((SandboxErrorCode.ImportInvalid, VmVerb.Import));
        failure.Sentence.Should().Contain(why).And.EndWith(".");
        NothingIsThere();
    }

    private void NothingIsThere()
    {
        Directory.EnumerateFileSystemEntries(Path.Combine(Store.StorePath, "machines")).Should().BeEmpty();
        Host.Machines.ListAsync().GetAwaiter().GetResult().Should().BeEmpty();
    }

    /// <summary>The exported parts behind another manifest.</summary>
    private async Task<byte[]> WithAsync(TravelManifest manifest, byte[]? disk = null)
    {
        var was = await TravelFile.ReadHeadAsync(new MemoryStream(_exported), default);
        using var file = new MemoryStream();
        await TravelFile.WriteHeadAsync(file, manifest, default);
        var diskAt = (int)(_exported.Length - was.Disk.Length);
        file.Write(_exported.AsSpan((int)(diskAt - was.State.Length), (int)was.State.Length));
        file.Write(disk ?? _exported.AsSpan(diskAt));
        return file.ToArray();
    }

    /// <summary>An overlay over anything.</summary>
    private sealed class TemporaryOverlay : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("vmsandbox-test-").FullName;

        public TemporaryOverlay(string backing, long size) => OverlayWriter.Write(Path, backing, "qcow2", size);

        public string Path => System.IO.Path.Combine(_folder, "disk");

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Something happens half-way.</summary>
    private sealed class BreakingStream(byte[] bytes, long at, Action happens) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position >= at)
            {
                happens();
                cancellationToken.ThrowIfCancellationRequested();
            }

            return base.ReadAsync(buffer[..Math.Min(buffer.Length, 65_536)], cancellationToken);
        }
    }
}
