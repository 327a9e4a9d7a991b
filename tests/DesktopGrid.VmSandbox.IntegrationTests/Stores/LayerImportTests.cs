using System.Buffers.Binary;
using System.Diagnostics;
using System.Formats.Tar;
using System.Security.Cryptography;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Imports;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Stores;

/// <summary>Layers of disks as the real tools make them, converted by the real, confined tool; and layers as a part of the store.</summary>
[CancelAfter(300_000)]
internal sealed class LayerImportTests
{
    private const int Mebibyte = 1024 * 1024, FileSystemLength = 16 * Mebibyte;

    private TempStore _store = null!;

    private SandboxHost Host => _store.Host;

    [SetUp]
    public async Task OpenAsync() => _store = await TempStore.OpenAsync();

    [TearDown]
    public async Task CloseAsync() => await _store.DisposeAsync();

    [TestCase("raw")]
    [TestCase("vdi")]
    [TestCase("vdi", "static=on")]
    [TestCase("vmdk")]
    [TestCase("vmdk", "subformat=streamOptimized")]
    [TestCase("vhdx")]
    [TestCase("vhdx", "subformat=fixed")]
    [TestCase("qcow2")]
    [TestCase("qcow2", "compression_type=zstd")]
    public async Task The_file_system_of_a_disk_of_every_format_becomes_a_layer(string format, string? option = null)
    {
        var (disk, fileSystem) = await MakeDiskAsync();
        var source = _store.Path_("source");
        Run("qemu-img", ["convert", "-f", "raw", "-O", format, .. option is null ? Array.Empty<string>() : ["-o", option], disk, source]);
        // As whoever keeps disks elsewhere names one.
        File.CreateSymbolicLink(_store.Path_("link"), source);
        var told = new Steps();

        var layer = await Host.Images.ImportAsync(new LayerImport { Path = _store.Path_("link"), Name = "disk" }, told);

        layer.Should().BeEquivalentTo(new { Kind = LayerKind.Root, FileSystem = "ext4", Machines = 0 });
        layer.Bytes.Should().BeLessThan(FileSystemLength / 2, "what was never written takes no space");
        Hash(DiskOf(layer)).Should().Be(Hash(fileSystem));
        told.Seen.Should().Contain(ImportStep.Read).And.Contain(ImportStep.Verify);
        told.Seen.Contains(ImportStep.Convert).Should().Be(format != "raw");
        Directory.EnumerateFileSystemEntries(Layers).Should().ContainSingle("nothing of the way is left");
    }

    [TestCase("vmdk", "subformat=monolithicFlat", SandboxErrorCode.ImageUnsuitable)]
    [TestCase("vmdk", "subformat=twoGbMaxExtentSparse", SandboxErrorCode.ImageUnsuitable)]
    [TestCase("vpc", "subformat=dynamic", SandboxErrorCode.ImageUnsuitable)]
    public async Task A_disk_of_several_files_or_of_another_format_is_refused(string format, string option, SandboxErrorCode code)
    {
        var (disk, _) = await MakeDiskAsync();
        Run("qemu-img", "convert", "-f", "raw", "-O", format, "-o", option, disk, _store.Path_("source.img"));

        await RefusedAsync(_store.Path_("source.img"), code);
        if (File.Exists(_store.Path_("source-s001.img")))
        {
            await RefusedAsync(_store.Path_("source-s001.img"), SandboxErrorCode.ImageRefused);
        }
    }

    [TestCase("qcow2")]
    [TestCase("vmdk")]
    public async Task A_disk_over_another_one_is_refused(string format)
    {
        var (disk, _) = await MakeDiskAsync();
        Run("qemu-img", "convert", "-f", "raw", "-O", format, disk, _store.Path_("below"));
        Run("qemu-img", "create", "-q", "-f", format, "-b", _store.Path_("below"), "-F", format, _store.Path_("above"));

        await RefusedAsync(_store.Path_("above"), SandboxErrorCode.ImageRefused);
    }

    [Test]
    public async Task A_disk_whose_data_are_spoiled_behind_a_good_header_is_refused_by_the_tool_and_leaves_nothing()
    {
        var (disk, _) = await MakeDiskAsync();
        var source = _store.Path_("source");
        Run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=streamOptimized", disk, source);
        var bytes = await File.ReadAllBytesAsync(source);
        bytes.AsSpan(66_000, bytes.Length - 70_000).Fill(0xA5);
        await File.WriteAllBytesAsync(source, bytes);

        await FluentActions.Awaiting(() => Host.Images.ImportAsync(new LayerImport { Path = source, Name = "disk" })).Should().ThrowAsync<SandboxException>();
        Directory.EnumerateFileSystemEntries(Layers).Should().BeEmpty();
    }

    [Test]
    public async Task An_import_that_is_given_up_while_the_tool_works_leaves_nothing()
    {
        var (disk, _) = await MakeDiskAsync();
        Run("qemu-img", "convert", "-f", "raw", "-O", "vdi", disk, _store.Path_("source"));
        using var caller = new CancellationTokenSource();
        var told = new Steps { At = step => { if (step == ImportStep.Convert) { caller.Cancel(); } } };

        await FluentActions.Awaiting(() => Host.Images.ImportAsync(new LayerImport { Path = _store.Path_("source"), Name = "disk" }, told, caller.Token)).Should().ThrowAsync<OperationCanceledException>();

        Directory.EnumerateFileSystemEntries(Layers).Should().BeEmpty();
    }

    [Test]
    public async Task A_host_that_closes_gives_up_what_it_imports()
    {
        var (disk, _) = await MakeDiskAsync();
        Run("qemu-img", "convert", "-f", "raw", "-O", "vdi", disk, _store.Path_("source"));
        var other = await _store.OpenHostAsync();
        var reached = new TaskCompletionSource();
        var told = new Steps { At = step => reached.TrySetResult() };

        var import = other.Images.ImportAsync(new LayerImport { Path = _store.Path_("source"), Name = "disk" }, told);
        await reached.Task;
        await other.DisposeAsync();

        await FluentActions.Awaiting(() => import).Should().ThrowAsync<ObjectDisposedException>();
        Directory.EnumerateFileSystemEntries(Layers).Should().BeEmpty();
    }

    [Test]
    public async Task Layers_are_told_swept_and_pruned_with_the_store(CancellationToken cancellationToken)
    {
        var layer = await Host.Images.ImportAsync(new LayerImport { Path = await ArchiveAsync(3 * Mebibyte), Name = "files" }, cancellationToken: cancellationToken);
        // What a killed import leaves: a folder, and a lock that nobody holds.
        Directory.CreateDirectory(Path.Combine(Layers, ".part-x"));
        await File.WriteAllTextAsync(Path.Combine(Layers, ".part-x", "disk"), "half", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(Layers, ".part-x.lock"), "", cancellationToken);
        await using (await _store.OpenHostAsync())
        {
            Directory.EnumerateFileSystemEntries(Layers).Select(Path.GetFileName).Should().Equal(layer.Id);
        }

        (await Host.GetUsageAsync(cancellationToken)).Items.Should().ContainSingle(static item => item.Kind == StoreItemKind.Layer)
            .Which.Should().Match<StoreItem>(item => item.Name == "files" && item.Id == layer.Id && item.IsInUse && item.Bytes > 3 * Mebibyte, "it was just asked for");
        Directory.SetLastWriteTimeUtc(Path.Combine(Layers, layer.Id), DateTime.UtcNow - TimeSpan.FromHours(1));
        (await Host.PruneAsync(new StorePruneOptions { Layers = false }, cancellationToken)).Removed.Should().BeEmpty();
        (await Host.PruneAsync(cancellationToken: cancellationToken)).Removed.Should().ContainSingle().Which.Kind.Should().Be(StoreItemKind.Layer);
        (await Host.Images.ListAsync(cancellationToken)).Should().BeEmpty();
    }

    [Test]
    public async Task The_disk_budget_holds_for_layers(CancellationToken cancellationToken)
    {
        var archive = await ArchiveAsync(80 * Mebibyte);
        await using var host = await _store.OpenHostAsync(static options => options.Budget.DiskBytes = 64 * Mebibyte);

        (await FluentActions.Awaiting(() => host.Images.ImportAsync(new LayerImport { Path = archive, Name = "files" }, cancellationToken: cancellationToken)).Should().ThrowAsync<VmException>()).Which.Code.Should().Be(SandboxErrorCode.BudgetExceeded);

        Directory.EnumerateFileSystemEntries(Layers).Should().BeEmpty();
    }

    private string Layers => Path.Combine(_store.StorePath, "layers");

    private string DiskOf(StoredImage layer) => Path.Combine(Layers, layer.Id, "disk");

    private static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(file));
    }

    private async Task RefusedAsync(string path, SandboxErrorCode code)
    {
        (await FluentActions.Awaiting(() => Host.Images.ImportAsync(new LayerImport { Path = path, Name = "disk" })).Should().ThrowAsync<ImageException>()).Which.Code.Should().Be(code);
        Directory.EnumerateFileSystemEntries(Layers).Should().BeEmpty();
    }

    /// <summary>A disk with one partition, and that partition's bytes alone.</summary>
    private async Task<(string Disk, string FileSystem)> MakeDiskAsync()
    {
        var (disk, fileSystem, files) = (_store.Path_("disk.raw"), _store.Path_("fs.raw"), Directory.CreateDirectory(_store.Path_("files")).FullName);
        await File.WriteAllBytesAsync(Path.Combine(files, "data"), [.. Enumerable.Range(0, 300_000).Select(static i => (byte)(i * 7))]);
        using (var made = File.Create(fileSystem))
        {
            made.SetLength(FileSystemLength);
        }

        Run("/usr/sbin/mke2fs", "-q", "-t", "ext4", "-d", files, fileSystem);
        var table = new byte[Mebibyte];
        table[446 + 4] = 0x83;
        BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(446 + 8), Mebibyte / 512);
        BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(446 + 12), FileSystemLength / 512);
        (table[510], table[511]) = (0x55, 0xAA);
        await File.WriteAllBytesAsync(disk, [.. table, .. await File.ReadAllBytesAsync(fileSystem)]);
        return (disk, fileSystem);
    }

    private async Task<string> ArchiveAsync(int bytes)
    {
        await using var file = File.Create(_store.Path_("files.tar"));
        await using var writer = new TarWriter(file);
        await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "data") { DataStream = new MemoryStream([.. Enumerable.Range(0, bytes).Select(static i => (byte)i)]) });
        return file.Name;
    }

    private static void Run(string tool, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardError = true })!;
        using var errors = process.StandardError;
        var said = errors.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, $"{tool} said: {said}");
    }

    /// <summary>The steps that an import has told.</summary>
    private sealed class Steps : IProgress<ImportProgress>
    {
        public HashSet<ImportStep> Seen { get; } = [];

        public Action<ImportStep> At { get; init; } = static _ => { };

        public void Report(ImportProgress value)
        {
            Seen.Add(value.Step);
            At(value.Step);
        }
    }
}
