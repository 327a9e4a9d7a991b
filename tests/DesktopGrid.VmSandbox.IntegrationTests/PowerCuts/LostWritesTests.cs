using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.IntegrationTests.Hostility;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;
using DesktopGrid.VmSandbox.Vms.Checkpoints;

namespace DesktopGrid.VmSandbox.IntegrationTests.PowerCuts;

/// <summary>
/// The power goes before and after each sync, in each rename and at each step of the verbs that write to a store, and the disk forgets whatever
/// it was not made to keep: file by file, since nothing here relies on a file of which a part was synced. The next host opens what is left, finds
/// whole what was reported, takes nothing half-made for whole, and sweeps the rest.
/// </summary>
[CancelAfter(1_800_000)]
internal sealed class LostWritesTests : StoreFixture
{
    private const string Kept = "kept", Next = "next";

    // Each verb's last moment before what it promises, and the first one after.
    private static readonly string[] Sample =
    [
        "create: done", "start: template.finished", "checkpoint next: in the move to .state", "checkpoint next: checkpoint.named", "checkpoint next: done", "remove: remove.deleted", "export: export.extracted",
        "import: in the move to .state", "import: done",
    ];

    private string Folder => Store.Path_("weak");

    [Test]
    public async Task At_the_delicate_moments_nothing_is_lost_that_was_reported(CancellationToken cancellationToken)
    {
        var cuts = await RecordAsync(cancellationToken);
        foreach (var moment in Sample)
        {
            var cut = cuts.Single(cut => cut.At.EndsWith(moment, StringComparison.Ordinal));
            await JudgeAsync(cut, hasNames: false, hasRows: true, isDeep: moment is "checkpoint next: checkpoint.named" or "import: done", cancellationToken);
            await JudgeAsync(cut, hasNames: true, hasRows: false, isDeep: false, cancellationToken);
        }
    }

    [Test]
    [Category("Long")]
    public async Task At_every_moment_nothing_is_lost_that_was_reported(CancellationToken cancellationToken)
    {
        foreach (var cut in await RecordAsync(cancellationToken))
        {
            foreach (var (hasNames, hasRows) in Cut.Corners)
            {
                await JudgeAsync(cut, hasNames, hasRows, isDeep: cut.At.EndsWith("done", StringComparison.Ordinal), cancellationToken);
            }
        }
    }

    [TearDown]
    public void RemoveFolder()
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    /// <summary>A machine's life from an empty folder on, as the disk sees it.</summary>
    private async Task<IReadOnlyList<Cut>> RecordAsync(CancellationToken cancellationToken)
    {
        var store = Path.Combine(Directory.CreateDirectory(Folder).FullName, "store");
        var disk = new WeakDisk(store, Path.Combine(Folder, "blobs"));
        CutRecorder recorder = null!;
        var options = new SandboxHostOptions { StorePath = store };
        options.Qemu.Accelerator = Accelerator.Tcg;
        using var log = new LateLog(() => recorder);
        await using var host = await SandboxHost.OpenOnAsync(options, log, platform => recorder = new CutRecorder(platform, disk), cancellationToken);
        disk.CatalogSynced();
        var id = await recorder.DuringAsync("create", () => host.Machines.CreateAsync(new VmOptions { MemoryMiB = 128 }, cancellationToken));
        await recorder.DuringAsync("start", () => DoneAsync(host.Machines.StartAsync(id, cancellationToken)));
        await CheckpointAsync(Kept, "then");
        await CheckpointAsync(Next, "later");
        recorder.Withdraw(new Promise(id.ToString(), Next, "later"));
        await recorder.DuringAsync("remove", () => DoneAsync(host.Machines.RemoveCheckpointAsync(id, Next, cancellationToken)));
        await host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
        using var file = new MemoryStream();
        await recorder.DuringAsync("export", () => DoneAsync(host.Machines.ExportCheckpointAsync(id, Kept, file, cancellationToken)));
        file.Position = 0;
        var imported = await recorder.DuringAsync("import", async () =>
        {
            var arrived = await host.Machines.ImportCheckpointAsync(file, cancellationToken: cancellationToken);
            recorder.Promise(new Promise(arrived.ToString(), Kept, "then"));
            return arrived;
        });
        // Before anybody opens what is left of them, which may name their processes.
        await host.Machines.DestroyAsync(id, cancellationToken);
        await host.Machines.DestroyAsync(imported, cancellationToken);
        return recorder.Cuts;

        async Task CheckpointAsync(string name, string content)
        {
            await (await host.OpenSessionAsync(id, cancellationToken)).PutTextAsync("file", content, cancellationToken: cancellationToken);
            await recorder.DuringAsync($"checkpoint {name}", async () =>
            {
                await host.Machines.CheckpointAsync(id, name, cancellationToken);
                recorder.Promise(new Promise(id.ToString(), name, content));
                return true;
            });
        }

        static async Task<bool> DoneAsync(Task task)
        {
            await task;
            return true;
        }
    }

    private async Task JudgeAsync(Cut cut, bool hasNames, bool hasRows, bool isDeep, CancellationToken cancellationToken)
    {
        var which = $"the power went at \"{cut.At}\", names that were not synced have {(hasNames ? "" : "not ")}arrived, rows have {(hasRows ? "" : "not ")}";
        var store = Path.Combine(Folder, "cut");
        await cut.BuildAsync(store, hasNames, hasRows);
        try
        {
            await using var host = await Store.OpenHostAsync(options => options.StorePath = store);
            var machines = await host.Machines.ListAsync(cancellationToken);
            Directory.EnumerateDirectories(Path.Combine(store, "machines")).Select(static folder => Path.GetFileName(folder)).Should().BeEquivalentTo(machines.Select(static machine => machine.Id.ToString()), "what belongs to no machine is swept");
            Directory.EnumerateDirectories(Path.Combine(store, "templates"), "*.part").Should().BeEmpty();
            foreach (var machine in machines)
            {
                await WholeAsync(store, machine.Id.ToString());
            }

            foreach (var promise in cut.Promised)
            {
                await HeldAsync(host, promise, isDeep, cancellationToken);
            }

            if (cut.At.EndsWith("remove: done", StringComparison.Ordinal))
            {
                (await host.Machines.ListCheckpointsAsync(machines.Single().Id, cancellationToken)).Should().ContainSingle("that one is removed was reported").Which.Name.Should().Be(Kept);
            }

            await UsableAsync(host, machines, isDeep, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new AssertionException($"{which}: {e.Message}", e);
        }

        Directory.Delete(store, recursive: true);
    }

    /// <summary>Whatever a row names is there with every byte; promised or not.</summary>
    private static async Task WholeAsync(string store, string machine)
    {
        var folder = Path.Combine(store, "machines", machine);
        var disk = Path.Combine(folder, "root.qcow2");
        using var catalog = CatalogDatabase.Open(Path.Combine(store, "catalog.db"));
        var rows = new CheckpointTable(catalog).Of(machine);
        Directory.EnumerateFiles(folder, "*.state*").Select(static path => Path.GetFileName(path)).Should().BeEquivalentTo(rows.Select(static row => row.Id + ".state"), "what nobody names is swept");
        foreach (var row in rows)
        {
            (await StateFile.HashAsync(Path.Combine(folder, row.Id + ".state"), CancellationToken.None)).Should().Be(row.Sha256, $"{row.Name} is in the catalog");
            (await GuestProgram.RunOnHostAsync("qemu-img", "snapshot", "-l", disk)).Should().Contain($"cp-{row.Id}", $"{row.Name} is in the catalog");
        }

        if (rows.Count > 0)
        {
            await DiskCheck.DemandAsync(disk);
        }
    }

    private static async Task HeldAsync(SandboxHost host, Promise promise, bool isDeep, CancellationToken cancellationToken)
    {
        var id = VmId.Parse(promise.Machine);
        var checkpoint = (await host.Machines.ListCheckpointsAsync(id, cancellationToken)).Should().ContainSingle(each => each.Name == promise.Name, "it was reported").Which;
        if (isDeep)
        {
            (await host.Machines.ResumeAsync(id, promise.Name, cancellationToken)).Should().Be(checkpoint, "it is not passed over");
            (await (await host.OpenSessionAsync(id, cancellationToken)).GetTextAsync("file", cancellationToken: cancellationToken)).Should().Be(promise.Content);
            await host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
        }
    }

    /// <summary>The store works on: what was half-made of an image or a template is in nobody's way, and every machine can be got rid of.</summary>
    private static async Task UsableAsync(SandboxHost host, IReadOnlyList<VmStatus> machines, bool isDeep, CancellationToken cancellationToken)
    {
        var fresh = await host.Machines.CreateAsync(new VmOptions { MemoryMiB = 128 }, cancellationToken);
        if (isDeep)
        {
            await host.Machines.StartAsync(fresh, cancellationToken);
            await (await host.OpenSessionAsync(fresh, cancellationToken)).PingAsync(cancellationToken);
        }

        await host.Machines.DestroyAsync(fresh, cancellationToken);
        foreach (var machine in machines)
        {
            await host.Machines.DestroyAsync(machine.Id, cancellationToken);
        }
    }
}
