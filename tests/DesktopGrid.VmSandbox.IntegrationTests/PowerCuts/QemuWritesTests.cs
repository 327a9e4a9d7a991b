using System.Globalization;
using System.Text;
using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.IntegrationTests.Hostility;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;
using DesktopGrid.VmSandbox.Vms.Checkpoints;

namespace DesktopGrid.VmSandbox.IntegrationTests.PowerCuts;

/// <summary>
/// The power goes while QEMU writes to a machine's disk: a guest writes numbered, synced records while checkpoints are taken and removed, QEMU's
/// own filter logs every write and flush, and the log is played up to each flush, and up to points between two with a part of what came since.
/// The disk is sound each time, has the instant of every checkpoint that was reported by then, and every record that the guest had synced.
/// </summary>
[CancelAfter(1_800_000)]
internal sealed class QemuWritesTests : StoreFixture
{
    private const int RecordsBetween = 12;

    // Each record is on the disk before it is said.
    private const string Counting = "i=0; while :; do i=$((i+1)); echo record $i. >> records; sync records; echo $i; usleep 10000; done";

    private readonly List<Instant> _instants = [];
    private readonly List<(int Entries, int Records)> _synced = [];
    private int _said;

    /// <summary>How many entries the log had when something was reported.</summary>
    private IEnumerable<int> Reports => _instants.Select(static instant => instant.Reported).Concat(_synced.Select(static synced => synced.Entries));

    private string Folder => Store.Path_("logged");

    private string Disk => Path.Combine(Folder, "cut", "machines", "x", "root.qcow2");

    [Test]
    public Task At_some_flushes_and_between_them_the_disk_is_sound_and_has_what_was_promised(CancellationToken cancellationToken) => PlayAsync(checkpoints: 2, every: 20, cancellationToken);

    [Test]
    [Category("Long")]
    public Task At_every_flush_and_between_all_the_disk_is_sound_and_has_what_was_promised(CancellationToken cancellationToken) => PlayAsync(checkpoints: 5, every: 1, cancellationToken);

    [SetUp]
    public void BeginAnew()
    {
        _instants.Clear();
        _synced.Clear();
        _said = 0;
    }

    [TearDown]
    public void RemoveFolder()
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private async Task PlayAsync(int checkpoints, int every, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Directory.CreateDirectory(Folder).FullName, "writes");
        await File.WriteAllBytesAsync(path, [], cancellationToken);
        await RecordAsync(path, checkpoints, cancellationToken);
        await using var file = Open(path);
        var log = WriteLog.Read(file);
        var flushes = log.Entries.Select(static (entry, number) => (entry, number)).Where(static each => each.entry.IsFlush).Select(static each => each.number).ToList();
        TestContext.Out.WriteLine($"{log}, of them {flushes.Count} flushes; instants {string.Join(' ', _instants)}");
        flushes.Should().HaveCountGreaterThan(checkpoints * RecordsBetween, "each record was synced");
        var random = new Random(1);
        var played = 0;
        await using var disk = new FileStream(Disk, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        for (var i = 0; i < flushes.Count; i++)
        {
            for (; played <= flushes[i]; played++)
            {
                log.Apply(log.Entries[played], disk);
            }

            // The first moment at which something was reported is never passed over, and there every byte of it is looked for.
            var isKey = i == flushes.Count - 1 || Reports.Any(report => (i == 0 || flushes[i - 1] + 1 < report) && report <= played);
            if (isKey || i % every == 0)
            {
                await JudgeAsync(played, Disk, isKey, $"everything up to the flush {flushes[i]}", cancellationToken);
                await BetweenAsync(log, random, flushes[i], i + 1 < flushes.Count ? flushes[i + 1] : log.Entries.Count, isKey, cancellationToken);
            }
        }
    }

    /// <summary>A point before the next flush, of which each write since the last has come or not; the last one in part.</summary>
    private async Task BetweenAsync(WriteLog log, Random random, int flush, int next, bool isKey, CancellationToken cancellationToken)
    {
        var since = log.Entries.Skip(flush + 1).Take(next - flush - 1).ToList();
        if (since.Count == 0)
        {
            return;
        }

        var copy = Path.Combine(Path.GetDirectoryName(Disk)!, "between.qcow2");
        await GuestProgram.RunOnHostAsync("cp", "--sparse=always", Disk, copy);
        var come = since.Take(random.Next(since.Count) + 1).Where(_ => random.Next(2) == 0).ToList();
        await using (var disk = new FileStream(copy, FileMode.Open, FileAccess.ReadWrite))
        {
            foreach (var entry in come)
            {
                log.Apply(entry == come[^1] ? entry with { Length = entry.Length / 1024 * 512 } : entry, disk);
            }
        }

        await JudgeAsync(flush + 1, copy, isKey, $"everything up to the flush {flush}, and {come.Count} of {since.Count} writes after it", cancellationToken);
    }

    /// <summary>Demands what must hold when so many entries of the log are on the disk for sure.</summary>
    private async Task JudgeAsync(int entries, string disk, bool isKey, string what, CancellationToken cancellationToken)
    {
        try
        {
            var isCountedTwice = await DiskCheck.DemandAsync(disk);
            var held = _instants.Where(instant => instant.Reported <= entries && entries < instant.RemovedFrom).ToList();
            var listed = await GuestProgram.RunOnHostAsync("qemu-img", "snapshot", "-l", disk);
            held.Where(instant => !listed.Contains(instant.Name, StringComparison.Ordinal)).Should().BeEmpty("they were reported");
            if (isCountedTwice && held is [.., var newest])
            {
                await GoesOnAsync(disk, newest, cancellationToken);
            }

            if (isKey && held is [.., var last])
            {
                await HasAsync(disk, last.Name, last.Records, cancellationToken);
            }

            if (isKey && _synced.Where(synced => synced.Entries <= entries).Select(static synced => synced.Records).LastOrDefault() is > 0 and var records)
            {
                await HasAsync(disk, null, records, cancellationToken);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new AssertionException($"With {what}: {e.Message}", e);
        }
    }

    /// <summary>A disk that goes back to an instant from there, and is kept again, has lost nothing by it.</summary>
    private static async Task GoesOnAsync(string disk, Instant instant, CancellationToken cancellationToken)
    {
        TestContext.Out.WriteLine($"counted twice, and back to {instant.Name}");
        var copy = disk + ".back";
        await GuestProgram.RunOnHostAsync("cp", "--sparse=always", disk, copy);
        await GuestProgram.RunOnHostAsync("qemu-img", "snapshot", "-a", instant.Name, copy);
        await GuestProgram.RunOnHostAsync("qemu-img", "snapshot", "-c", "again", copy);
        // Writes on in place, wherever the disk believes that nobody else is.
        await GuestProgram.RunOnHostAsync("qemu-io", "-f", "qcow2", "-c", "write -P 7 0 1M", copy);
        await DiskCheck.DemandAsync(copy);
        await HasAsync(copy, instant.Name, instant.Records, cancellationToken);
        await HasAsync(copy, "again", instant.Records, cancellationToken);
    }

    /// <summary>Demands that a record is on the guest's disk, now or in an instant; as text, wherever its file system has put it.</summary>
    private static async Task HasAsync(string disk, string? instant, int record, CancellationToken cancellationToken)
    {
        // All of it in one file, without the gigabytes that are empty; its clusters hold the guest's blocks as they are.
        var flat = disk + ".flat";
        await GuestProgram.RunOnHostAsync("qemu-img", ["convert", "-f", "qcow2", "-O", "qcow2", .. instant is null ? (string[])[] : ["-l", $"snapshot.name={instant}"], disk, flat]);
        (await GuestProgram.RunOnHostAsync("/bin/sh", "-c", $"grep -a -o -F -m 1 'record {record}.' '{flat}' | head -n 1")).Should().StartWith($"record {record}.", $"it was synced before; in {instant ?? "the disk"}");
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task RecordAsync(string path, int checkpoints, CancellationToken cancellationToken)
    {
        var store = Path.Combine(Folder, "store");
        var options = new SandboxHostOptions { StorePath = store };
        options.Qemu.Accelerator = Accelerator.Tcg;
        await using var host = await SandboxHost.OpenOnAsync(options, TestLog.Factory, platform => new LoggingPlatform(platform, path), cancellationToken);
        // Not from a template: its guest's disk would begin with writes of another log.
        var id = await host.Machines.CreateAsync(new VmOptions { MemoryMiB = 128, WarmStart = false }, cancellationToken);
        Directory.CreateDirectory(Path.GetDirectoryName(Disk)!);
        File.Copy(Path.Combine(store, "machines", id.ToString(), "root.qcow2"), Disk);
        await GuestProgram.RunOnHostAsync("cp", "-al", Path.Combine(store, "images"), Path.Combine(Folder, "cut"));
        await host.Machines.StartAsync(id, cancellationToken);
        var session = await host.OpenSessionAsync(id, cancellationToken);
        await session.StartAsync(SessionPhrases.Shell(Counting), cancellationToken: cancellationToken);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var listening = ListenAsync(session, enough.Token);
        await using var log = Open(path);
        for (var i = 0; i < checkpoints; i++)
        {
            await MoreAsync();
            var records = _said;
            await host.Machines.CheckpointAsync(id, $"c{i}", cancellationToken);
            _instants.Add(new Instant(Snapshot(store, id), records, WriteLog.Read(log).Entries.Count));
            if (i == 1)
            {
                await MoreAsync();
                _instants[0] = _instants[0] with { RemovedFrom = WriteLog.Read(log).Entries.Count };
                await host.Machines.RemoveCheckpointAsync(id, "c0", cancellationToken);
            }
        }

        await MoreAsync();
        await enough.CancelAsync();
        await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
        await host.Machines.DestroyAsync(id, cancellationToken);

        async Task MoreAsync()
        {
            var until = _said + RecordsBetween;
            await Eventually.HoldsAsync(() => Volatile.Read(ref _said) >= until || listening.IsCompleted, "the guest goes on", TimeSpan.FromMinutes(1));
            // In this order: what was said is in the log by then.
            var records = Volatile.Read(ref _said);
            records.Should().BeGreaterThanOrEqualTo(until);
            _synced.Add((WriteLog.Read(log).Entries.Count, records));
        }
    }

    private async Task ListenAsync(ISandboxSession session, CancellationToken cancellationToken)
    {
        var said = new StringBuilder();
        await foreach (var happened in session.FollowAsync(default, cancellationToken))
        {
            if (happened is TaskOutput part)
            {
                var lines = said.Append(Encoding.UTF8.GetString(part.Bytes.Span)).ToString().Split('\n');
                if (lines.Length > 1)
                {
                    Volatile.Write(ref _said, int.Parse(lines[^2], CultureInfo.InvariantCulture));
                    said.Clear().Append(lines[^1]);
                }
            }
        }
    }

    private static string Snapshot(string store, VmId id)
    {
        using var catalog = CatalogDatabase.Open(Path.Combine(store, "catalog.db"));
        return new CheckpointTable(catalog).Of(id.ToString())[0].Snapshot();
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    /// <summary>A checkpoint's instant in the disk.</summary>
    /// <param name="Name">Its name there.</param>
    /// <param name="Records">How many records the guest had synced before.</param>
    /// <param name="Reported">How many entries the log had when its caller was told.</param>
    /// <param name="RemovedFrom">From how many on it is to be removed.</param>
    private sealed record Instant(string Name, int Records, int Reported, int RemovedFrom = int.MaxValue);
}
