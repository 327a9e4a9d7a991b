using System.Globalization;
using DesktopGrid.VmSandbox.IntegrationTests.Hostility;
using DesktopGrid.VmSandbox.IntegrationTests.Support;

namespace DesktopGrid.VmSandbox.IntegrationTests.PowerCuts;

/// <summary>
/// What a store's disk promises by POSIX, and no more: a file has the bytes of its last sync, a name is there or gone as of the last sync of its
/// folder. Whoever syncs tells it; everything else is looked up in the store itself, and lost or not when a cut is rebuilt. SQLite's own journal is
/// taken at its word: its files are kept as of the last transaction that was to be durable, and as they were at the cut.
/// </summary>
internal sealed class WeakDisk
{
    private const string Root = ".";

    private readonly string _store;
    private readonly string _blobs;
    private readonly Dictionary<string, string> _contents = [];
    private readonly Dictionary<string, Dictionary<string, Entry>> _names = [];
    private string _durableCatalog = "";
    private int _number;

    public WeakDisk(string store, string blobs) => (_store, _blobs) = (store, Directory.CreateDirectory(blobs).FullName);

    /// <summary>A file was synced.</summary>
    public void FileSynced(string path)
    {
        var live = Live();
        var name = Path.GetRelativePath(_store, path);
        var blob = NewBlob();
        // By a program: this process may have the file to itself. A QEMU that writes to it would tear it.
        Halted(() => Run("cp", ["--sparse=always", "--preserve=mode,timestamps", path, blob]));
        _contents[live[name].Key] = blob;
    }

    /// <summary>A folder was synced.</summary>
    public void FolderSynced(string path)
    {
        var folder = Path.GetRelativePath(_store, path);
        if (folder == "..")
        {
            // The store's own name is there in any case.
            return;
        }

        var live = Live();
        // By its own key: a folder that is renamed keeps what is in it.
        _names[folder == Root ? Root : live[folder].Key] = live.Where(entry => Above(entry.Key) == folder).ToDictionary(static entry => Path.GetFileName(entry.Key), static entry => entry.Value);
    }

    /// <summary>A transaction came to its end that was to be durable.</summary>
    public void CatalogSynced() => _durableCatalog = Catalog();

    /// <summary>The disk as a cut at this moment may leave it.</summary>
    public Cut Take(string at, IReadOnlyList<Promise> promised)
    {
        var live = Live();
        // A number that is free is given out again, to a file of which nothing was synced.
        foreach (var key in _contents.Keys.Except(live.Values.Concat(_names.Values.SelectMany(static names => names.Values)).Select(static entry => entry.Key)).ToList())
        {
            _contents.Remove(key);
        }

        return new Cut(string.Create(CultureInfo.InvariantCulture, $"{++_number:000} {at}"), promised, live, Durable(), new Dictionary<string, string>(_contents), Catalog(), _durableCatalog);
    }

    public static bool IsCatalog(string name) => name.StartsWith("catalog.db", StringComparison.Ordinal);

    private static string Above(string name) => Path.GetDirectoryName(name) is { Length: > 0 } above ? above : Root;

    private static void Run(string program, string[] arguments) => GuestProgram.RunOnHostAsync(program, arguments).GetAwaiter().GetResult();

    /// <summary>The names that the last syncs of their folders tell of, from the top: a folder whose own name was lost is lost with all that is in it.</summary>
    private Dictionary<string, Entry> Durable()
    {
        var durable = new Dictionary<string, Entry>();
        Add(Root, "");
        return durable;

        void Add(string folder, string prefix)
        {
            foreach (var (name, entry) in _names.GetValueOrDefault(folder, []))
            {
                durable.Add(prefix + name, entry);
                if (entry.IsFolder)
                {
                    Add(entry.Key, $"{prefix}{name}/");
                }
            }
        }
    }

    private string Catalog()
    {
        var folder = Directory.CreateDirectory(NewBlob()).FullName;
        // Not its index (-shm), which a process makes anew. By a program: a process that closes a file of SQLite's loses its locks on it.
        Run("cp", ["-a", .. Directory.EnumerateFiles(_store, "catalog.db*").Where(static path => !path.EndsWith("-shm", StringComparison.Ordinal)), folder]);
        return folder;
    }

    /// <summary>Every name below the store; a file keeps its key when it is renamed, and has another one than any that had its number before.</summary>
    private Dictionary<string, Entry> Live() => GuestProgram.RunOnHostAsync("find", _store, "-ignore_readdir_race", "-mindepth", "1", "-printf", "%i-%B@\\t%y\\t%P\\n").GetAwaiter().GetResult()
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split('\t')).ToDictionary(static words => words[2], static words => new Entry(words[0], words[1] == "d"));

    private string NewBlob() => Path.Combine(_blobs, string.Create(CultureInfo.InvariantCulture, $"{Directory.GetFileSystemEntries(_blobs).Length:00000}"));

    private void Halted(Action act)
    {
        var processes = ProcessTable.Naming(_store).Where(static process => process.CommandLine.StartsWith("/usr/bin/qemu-system", StringComparison.Ordinal)).Select(static process => process.Id.ToString(CultureInfo.InvariantCulture)).ToArray();
        if (processes.Length > 0)
        {
            Run("kill", ["-STOP", .. processes]);
        }

        act();
        if (processes.Length > 0)
        {
            Run("kill", ["-CONT", .. processes]);
        }
    }
}

/// <summary>A name's file: what identifies it, whatever it is called.</summary>
internal sealed record Entry(string Key, bool IsFolder);

/// <summary>A checkpoint of which its caller was told: whether it must be there.</summary>
internal sealed record Promise(string Machine, string Name, string Content);
