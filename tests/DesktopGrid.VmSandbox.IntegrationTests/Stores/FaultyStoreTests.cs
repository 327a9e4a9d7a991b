using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;
using Microsoft.Data.Sqlite;

namespace DesktopGrid.VmSandbox.IntegrationTests.Stores;

/// <summary>Stores that cannot be used: one clear sentence, what to do, and nothing lost.</summary>
internal sealed class FaultyStoreTests
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("vmsandbox-test-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task A_folder_that_nobody_can_make_is_told() => await FailAsync("/proc/nowhere/store", SandboxErrorCode.StoreNotWritable, "Choose a folder that this user may write.");

    [Test]
    public async Task A_file_in_the_store_s_place_is_told_and_stays()
    {
        var path = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(path, "mine");

        await FailAsync(path, SandboxErrorCode.StoreNotWritable, path);

        (await File.ReadAllTextAsync(path)).Should().Be("mine");
    }

    [Test]
    public async Task A_folder_that_this_user_may_not_write_is_told()
    {
        if (Environment.IsPrivilegedProcess)
        {
            Assert.Ignore("Root writes every folder; as an ordinary user this is tested.");
        }

        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await FailAsync(Path.Combine(_folder, "store"), SandboxErrorCode.StoreNotWritable, "Choose a folder that this user may write.");
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
    }

    [Test]
    public async Task A_damaged_catalog_is_told_and_not_touched()
    {
        var catalog = Path.Combine(_folder, "catalog.db");
        var garbage = new byte[20_000];
        new Random(1).NextBytes(garbage);
        await File.WriteAllBytesAsync(catalog, garbage);

        await FailAsync(_folder, SandboxErrorCode.CatalogUnusable, catalog, "Move it away");

        (await File.ReadAllBytesAsync(catalog)).Should().Equal(garbage);
    }

    [Test]
    public async Task Another_program_s_database_is_told_and_not_touched()
    {
        await ExecuteAsync("CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('x')");

        await FailAsync(_folder, SandboxErrorCode.CatalogUnusable, "another program's database");

        await ExecuteAsync("SELECT url FROM bookmarks");
    }

    [Test]
    public async Task A_catalog_of_a_newer_library_is_told_and_not_touched()
    {
        await using (await OpenAsync(_folder))
        {
        }

        await ExecuteAsync("PRAGMA user_version = 1000");

        await FailAsync(_folder, SandboxErrorCode.CatalogUnusable, "newer version", "1000");
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task When_a_damaged_catalog_is_moved_away_what_still_ran_is_ended_and_removed(CancellationToken cancellationToken)
    {
        VmId id;
        int? process;
        await using (var host = await OpenAsync(_folder))
        {
            id = await host.StartNewAsync(new VmOptions { OutlivesHost = true }, cancellationToken);
            process = (await host.Machines.GetStatusAsync(id, cancellationToken)).ProcessId;
        }

        ProcessTable.IsAlive(process!.Value).Should().BeTrue();
        foreach (var file in Directory.EnumerateFiles(_folder, "catalog.db*"))
        {
            File.Delete(file);
        }

        await using (var host = await OpenAsync(_folder))
        {
            (await host.Machines.ListAsync(cancellationToken)).Should().BeEmpty();
        }

        await Eventually.HoldsAsync(() => !ProcessTable.IsAlive(process.Value), "a process without an owner is ended");
        Directory.EnumerateFileSystemEntries(Path.Combine(_folder, "machines")).Should().BeEmpty();
        Directory.EnumerateFileSystemEntries(Path.Combine(_folder, "logs")).Should().BeEmpty();
        Directory.Exists(Path.Combine(LeakCheck.RuntimeRoot, id.ToString())).Should().BeFalse();
    }

    private static Task<SandboxHost> OpenAsync(string store)
    {
        var options = new SandboxHostOptions { StorePath = store };
        options.Qemu.Accelerator = DesktopGrid.VmSandbox.Qemu.Accelerator.Tcg;
        return SandboxHost.OpenAsync(options, TestLog.Factory);
    }

    private static async Task FailAsync(string store, SandboxErrorCode code, params string[] parts)
    {
        var failure = (await FluentActions.Awaiting(() => OpenAsync(store)).Should().ThrowAsync<SandboxException>()).Which;
        TestContext.Out.WriteLine(failure.Message);
        failure.Code.Should().Be(code);
        failure.Message.Should().ContainAll(parts);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder, "catalog.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A constant of the tests above.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
