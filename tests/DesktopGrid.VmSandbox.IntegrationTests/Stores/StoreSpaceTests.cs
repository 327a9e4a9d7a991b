using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms;
using DesktopGrid.VmSandbox.Vms.Templates;

namespace DesktopGrid.VmSandbox.IntegrationTests.Stores;

/// <summary>The store in hand: what it takes on the disk, what is removed of it, and what never is.</summary>
[CancelAfter(300_000)]
internal sealed class StoreSpaceTests
{
    private const long Mebibyte = 1024 * 1024;
    private static readonly VmOptions Small = new() { MemoryMiB = 128, WarmStart = false };

    private TempStore _store = null!;

    private SandboxHost Host => _store.Host;

    [SetUp]
    public async Task OpenAsync() => _store = await TempStore.OpenAsync();

    [TearDown]
    public async Task CloseAsync() => await _store.DisposeAsync();

    [Test]
    public async Task Everything_is_told_with_what_it_really_takes(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(Small, cancellationToken);
        await (await Host.OpenSessionAsync(id, cancellationToken)).ShellAsync("head -c 20000000 /dev/urandom > x; sync", cancellationToken);
        var taken = await Host.Machines.CheckpointAsync(id, "one", cancellationToken);
        MakeTemplate("key", 3 * Mebibyte);

        var usage = await Host.GetUsageAsync(cancellationToken);

        Of(usage, StoreItemKind.Image).Should().ContainSingle().Which.Should().Match<StoreItem>(static image => image.IsInUse && image.Name == "tiny" && image.Bytes > Mebibyte);
        Of(usage, StoreItemKind.Machine).Should().ContainSingle().Which.Should().Match<StoreItem>(machine => machine.IsInUse && machine.Id == id.ToString() && machine.Bytes > 20_000_000 && machine.Bytes < 60_000_000);
        Of(usage, StoreItemKind.Checkpoint).Should().ContainSingle().Which.Should().Match<StoreItem>(checkpoint => checkpoint.IsInUse && checkpoint.Name == "one" && checkpoint.Machine == id.ToString() && checkpoint.Length == taken.FileBytes && checkpoint.UsedAt == taken.TakenAt);
        Of(usage, StoreItemKind.Template).Should().ContainSingle().Which.Should().Match<StoreItem>(static template => !template.IsInUse && template.Id == "key" && template.Bytes >= 3 * Mebibyte && template.Length >= 6 * Mebibyte, "half of it is a hole");
        Of(usage, StoreItemKind.Log).Should().ContainSingle().Which.IsInUse.Should().BeTrue();
        Of(usage, StoreItemKind.Catalog).Should().ContainSingle();
        usage.Items.Select(static item => item.UsedAt).Should().BeInAscendingOrder();
        usage.Bytes.Should().BeCloseTo(DiskUsage(), 2 * (ulong)Mebibyte);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task What_nobody_uses_goes_the_longest_unused_first_and_no_further_than_asked(CancellationToken cancellationToken)
    {
        using (var other = AlteredImage.WithKernelLine("another=1"))
        {
            await using var host = await _store.OpenHostAsync(options => options.GuestImage = other.Folder);
            await host.Machines.DestroyAsync(await host.Machines.CreateAsync(Small, cancellationToken), cancellationToken);
        }

        MakeTemplate("older", 4 * Mebibyte, usedAgo: TimeSpan.FromDays(3));
        MakeTemplate("newer", 4 * Mebibyte, usedAgo: TimeSpan.FromDays(1));
        MakeTemplate("held", 4 * Mebibyte, usedAgo: TimeSpan.FromDays(9));
        using var held = new FileStream(Path.Combine(_store.StorePath, "templates", "held.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        await Host.RunAsync(new SandboxJob { Program = "/bin/true", Machine = Small with { KeepLog = TimeSpan.FromDays(1) } }, cancellationToken);
        var id = await Host.StartNewAsync(Small, cancellationToken);
        (await Host.PruneAsync(new StorePruneOptions { DryRun = true, Templates = false, Logs = false }, cancellationToken)).Removed.Should().BeEmpty("an image that was just asked for may have a machine in a moment");
        AgeImages();
        var usage = await Host.GetUsageAsync(cancellationToken);

        var would = await Host.PruneAsync(new StorePruneOptions { DryRun = true }, cancellationToken);
        would.Removed.Select(static item => item.Kind).Should().BeEquivalentTo([StoreItemKind.Template, StoreItemKind.Template, StoreItemKind.Image, StoreItemKind.Log]);
        (await Host.GetUsageAsync(cancellationToken)).Items.Should().HaveCount(usage.Items.Count);
        (await Host.PruneAsync(new StorePruneOptions { OlderThan = TimeSpan.FromDays(4) }, cancellationToken)).Removed.Should().BeEmpty("the one of nine days is held");
        (await Host.PruneAsync(new StorePruneOptions { TargetBytes = usage.Bytes - Mebibyte }, cancellationToken)).Removed.Should().ContainSingle().Which.Id.Should().Be("older");

        var pruned = await Host.PruneAsync(cancellationToken: cancellationToken);

        pruned.Removed.Select(static item => item.Kind).Should().BeEquivalentTo([StoreItemKind.Template, StoreItemKind.Image, StoreItemKind.Log]);
        pruned.BytesLeft.Should().BeLessThan(usage.Bytes - (10 * Mebibyte));
        Directory.EnumerateDirectories(Path.Combine(_store.StorePath, "templates")).Select(Path.GetFileName).Should().Equal("held");
        Directory.EnumerateDirectories(Path.Combine(_store.StorePath, "images")).Should().ContainSingle("the machine's own stays");
        await (await Host.OpenSessionAsync(id, cancellationToken)).PingAsync(cancellationToken);
        await Host.Machines.DestroyAsync(id, cancellationToken);
        AgeImages();
        // Nobody uses the image now; it comes again when it is needed.
        (await Host.PruneAsync(cancellationToken: cancellationToken)).Removed.Should().Contain(static item => item.Kind == StoreItemKind.Image);
        (await Host.RunAsync(new SandboxJob { Program = "/bin/true", Machine = Small }, cancellationToken)).ExitCode.Should().Be(0);
    }

    [Test]
    public async Task Checkpoints_go_only_when_asked_and_the_newest_only_when_asked_by_name(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(Small, cancellationToken);
        foreach (var name in (string[])["one", "two", "three"])
        {
            await Host.Machines.CheckpointAsync(id, name, cancellationToken);
        }

        (await Host.PruneAsync(cancellationToken: cancellationToken)).Removed.Should().NotContain(static item => item.Kind == StoreItemKind.Checkpoint);
        (await Host.PruneAsync(new StorePruneOptions { Checkpoints = true }, cancellationToken)).Removed.Select(static item => item.Name).Should().Equal("one", "two");
        (await Host.PruneAsync(new StorePruneOptions { NewestCheckpoints = true }, cancellationToken)).Removed.Should().BeEmpty("the machine runs");
        await using (var other = await _store.OpenHostAsync())
        {
            await Host.Machines.CheckpointAsync(id, "four", cancellationToken);
            (await other.PruneAsync(new StorePruneOptions { Checkpoints = true }, cancellationToken)).Removed.Should().BeEmpty("another process runs the machine");
        }

        await Host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
        (await Host.Machines.ResumeAsync(id, cancellationToken: cancellationToken)).Name.Should().Be("four");
        await Host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
        (await Host.PruneAsync(new StorePruneOptions { NewestCheckpoints = true }, cancellationToken)).Removed.Where(static item => item.Kind == StoreItemKind.Checkpoint).Select(static item => item.Name).Should().Equal("three", "four");
        (await Host.Machines.ListCheckpointsAsync(id, cancellationToken)).Should().BeEmpty();
        await Host.Machines.StartAsync(id, cancellationToken);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task A_disk_budget_makes_room_by_what_nobody_uses_and_then_refuses_in_one_sentence(CancellationToken cancellationToken)
    {
        await using var host = await _store.OpenHostAsync(static options => options.Budget.DiskBytes = 96 * Mebibyte);
        MakeTemplate("large", 100 * Mebibyte);
        var id = await host.StartNewAsync(Small, cancellationToken);
        Directory.EnumerateDirectories(Path.Combine(_store.StorePath, "templates")).Should().BeEmpty("it had to make room");
        await (await host.OpenSessionAsync(id, cancellationToken)).ShellAsync("head -c 90000000 /dev/urandom > x; sync", cancellationToken);

        foreach (var act in (Func<Task>[])[() => host.Machines.CreateAsync(Small, cancellationToken), () => host.Machines.CheckpointAsync(id, "one", cancellationToken)])
        {
            var failure = (await act.Should().ThrowAsync<VmException>()).Which;
            failure.Code.Should().Be(SandboxErrorCode.BudgetExceeded);
            failure.Message.Should().Contain("96 MiB").And.Contain("Destroy machines");
        }

        await (await host.OpenSessionAsync(id, cancellationToken)).PingAsync(cancellationToken);
        await host.Machines.DestroyAsync(id, cancellationToken);
        await host.Machines.DestroyAsync(await host.Machines.CreateAsync(Small, cancellationToken), cancellationToken);
    }

    [Test]
    public async Task To_look_at_the_store_can_be_given_up()
    {
        using var caller = new CancellationTokenSource();
        await caller.CancelAsync();

        await FluentActions.Awaiting(() => Host.GetUsageAsync(caller.Token)).Should().ThrowAsync<OperationCanceledException>();
        await FluentActions.Awaiting(() => Host.PruneAsync(new StorePruneOptions { DryRun = true }, caller.Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    [TestCase(96, StartPath.Cold)]
    [TestCase(1024, StartPath.Template)]
    public async Task A_template_is_made_where_the_disk_budget_has_room_for_it_and_the_machine_starts_all_the_same(int mebibytes, StartPath path, CancellationToken cancellationToken)
    {
        await using var host = await _store.OpenHostAsync(options => options.Budget.DiskBytes = mebibytes * Mebibyte);

        var id = await host.StartNewAsync(Small with { WarmStart = true }, cancellationToken);

        (await host.Machines.GetStatusAsync(id, cancellationToken)).StartPath.Should().Be(path);
        Directory.EnumerateDirectories(Path.Combine(_store.StorePath, "templates")).Should().HaveCount(path == StartPath.Cold ? 0 : 1);
        (await host.GetUsageAsync(cancellationToken)).Bytes.Should().BeLessThan(mebibytes * Mebibyte);
        foreach (var template in Of(await host.GetUsageAsync(cancellationToken), StoreItemKind.Template))
        {
            template.Bytes.Should().BeLessThan(TemplateStore.ExpectedBytes(Small.MemoryMiB), "so much was foreseen");
        }

        await host.Machines.DestroyAsync(id, cancellationToken);
        await host.PruneAsync(new StorePruneOptions { Images = false, Logs = false }, cancellationToken);
    }

    private static IEnumerable<StoreItem> Of(StoreUsage usage, StoreItemKind kind) => usage.Items.Where(item => item.Kind == kind);

    /// <summary>As if nobody had asked for one within the last hour.</summary>
    private void AgeImages()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(_store.StorePath, "images")))
        {
            Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow - TimeSpan.FromHours(1));
        }
    }

    /// <summary>By the tool that everybody has, in bytes.</summary>
    private long DiskUsage()
    {
        using var du = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("du", ["-sk", _store.StorePath]) { RedirectStandardOutput = true })!;
        using var output = du.StandardOutput;
        var said = output.ReadToEnd();
        du.WaitForExit();
        return long.Parse(said.Split('\t')[0], System.Globalization.CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>As one lies in a store, and a hole of the same size behind what it has.</summary>
    private void MakeTemplate(string key, long bytes, TimeSpan usedAgo = default)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_store.StorePath, "templates", key)).FullName;
        using (var file = File.Create(Path.Combine(folder, "ram")))
        {
            file.Write(new byte[bytes].Select(static (_, i) => (byte)i).ToArray());
            file.SetLength(2 * bytes);
        }

        var manifest = Path.Combine(folder, "template.json");
        File.WriteAllText(manifest, "{}");
        File.SetLastWriteTimeUtc(manifest, DateTime.UtcNow - usedAgo);
    }
}
