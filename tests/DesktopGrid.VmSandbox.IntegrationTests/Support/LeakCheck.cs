using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;

namespace DesktopGrid.VmSandbox.IntegrationTests.Support;

/// <summary>
/// Remembers what there is, and later demands that nothing more is there: no process, no socket folder, no file in the store, no row in its
/// catalog, no descriptor of this process. Everything is read from the operating system and from SQLite, not asked of the library.
/// </summary>
internal sealed class LeakCheck
{
    private static readonly string[] StoreEntries = ["catalog.db", "catalog.db-shm", "catalog.db-wal", "images", "layers", "logs", "machines", "templates"];
    private static readonly string[] Tables = ["machines", "labels", "jobs", "kept_logs", "checkpoints"];

    private readonly string _store;
    private readonly HashSet<int> _children;
    private readonly HashSet<string> _runtimeFolders;
    private readonly List<string> _descriptors;

    private readonly bool _killsHosts;

    private LeakCheck(string store, bool killsHosts)
    {
        WarmUp();
        (_store, _killsHosts) = (store, killsHosts);
        _children = [.. ProcessTable.ChildrenOf(Environment.ProcessId).Select(static process => process.Id)];
        _runtimeFolders = [.. RuntimeFolders()];
        _descriptors = Descriptors();
    }

    /// <summary>The folder below which this user's machines have their sockets.</summary>
    public static string RuntimeRoot { get; } = FindRuntimeRoot();

    /// <summary>Remembers the present state. The store may already be open.</summary>
    /// <param name="store">The store.</param>
    /// <param name="killsHosts">Whether hosts are killed meanwhile: what one that is killed while it asks QEMU what it can do has left goes after half an hour.</param>
    public static LeakCheck Begin(TempStore store, bool killsHosts = false) => new(store.StorePath, killsHosts);

    /// <summary>Demands that everything which came since has gone; what ends in its own time is waited for, within a bound.</summary>
    public async Task NothingIsLeftAsync()
    {
        await AssertAsync(Processes, "every process of the store's machines has ended");
        await AssertAsync(NewRuntimeFolders, "every socket folder is gone");
        await AssertAsync(Files, "the store holds nothing of a machine");
        await AssertAsync(Rows, "the catalog has no row of a machine");
        await AssertAsync(NewDescriptors, "this process has no more open descriptors than before");
    }

    private static async Task AssertAsync(Func<IReadOnlyList<string>> find, string because)
    {
        IReadOnlyList<string> left = [];
        await Eventually.FindAsync(() => (left = find()).Count == 0 ? "" : null);
        string.Join(Environment.NewLine, left).Should().BeEmpty(because);
    }

    private List<string> Processes() =>
    [
        .. ProcessTable.Naming(_store).Select(static process => $"{process.Id}: {process.CommandLine}"),
        .. ProcessTable.ChildrenOf(Environment.ProcessId).Where(process => !_children.Contains(process.Id)).Select(static process => $"child {process.Id}: {process.CommandLine}"),
    ];

    /// <summary>Those of another store's machine, which another test run of this user may have, have a process that names them.</summary>
    private List<string> NewRuntimeFolders() =>
        [.. RuntimeFolders().Where(folder => !_runtimeFolders.Contains(folder) && !(_killsHosts && Path.GetFileName(folder).StartsWith("trial-", StringComparison.Ordinal)) && ProcessTable.Naming(folder).All(process => process.CommandLine.Contains(_store, StringComparison.Ordinal)))];

    private List<string> Files() =>
    [
        .. Directory.EnumerateFileSystemEntries(_store).Where(static path => !StoreEntries.Contains(Path.GetFileName(path))),
        .. Directory.EnumerateFileSystemEntries(Path.Combine(_store, "machines")),
        .. Directory.EnumerateFileSystemEntries(Path.Combine(_store, "logs")),
        .. Directory.EnumerateFileSystemEntries(Path.Combine(_store, "templates"), "*.part"),
        .. Directory.EnumerateFileSystemEntries(Path.Combine(_store, "layers"), ".*"),
        .. Directory.EnumerateFileSystemEntries(Path.Combine(_store, "images")).Where(static path => Path.GetFileName(path).StartsWith('.')),
    ];

    private List<string> Rows()
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(_store, "catalog.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        return [.. Tables.Where(table => Count(connection, table) > 0)];
    }

    private static long Count(SqliteConnection connection, string table)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // One of the four names above.
        command.CommandText = $"SELECT count(*) FROM {table}";
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }

    private List<string> NewDescriptors()
    {
        var open = Descriptors();
        return open.Count > _descriptors.Count ? [.. open.Except(_descriptors)] : [];
    }

    /// <summary>Sockets, pipes, and files of any machine; the runtime's own assemblies and the catalog's connections may come and go.</summary>
    private List<string> Descriptors() =>
    [
        .. Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(static path => new FileInfo(path).LinkTarget).OfType<string>().Where(target =>
            target.StartsWith("socket:", StringComparison.Ordinal) || target.StartsWith("pipe:", StringComparison.Ordinal)
            || target.StartsWith(Path.Combine(_store, "machines"), StringComparison.Ordinal) || target.StartsWith(Path.Combine(_store, "logs"), StringComparison.Ordinal)
            || target.StartsWith(RuntimeRoot, StringComparison.Ordinal)),
    ];

    private static IEnumerable<string> RuntimeFolders() => Directory.Exists(RuntimeRoot) ? Directory.EnumerateDirectories(RuntimeRoot) : [];

    /// <summary>What .NET opens once, at the first process and the first socket, and keeps.</summary>
    private static void WarmUp()
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/true") { RedirectStandardOutput = true })!;
        process.WaitForExit();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    }

    private static string FindRuntimeRoot()
    {
        using var platform = HostPlatform.Create(TimeProvider.System);
        var probe = platform.RuntimeDirectories.Create($"leaks-{Environment.ProcessId}");
        platform.RuntimeDirectories.Remove(Path.GetFileName(probe));
        return Path.GetDirectoryName(probe)!;
    }
}
