using DesktopGrid.VmSandbox.Disks;

namespace DesktopGrid.VmSandbox.Imports.Archives;

/// <summary>
/// The files of a layer as the entries of its archives make them, one after the other. An entry replaces what has its name. None goes through a link: where
/// that leads is the guest's to say.
/// </summary>
/// <param name="source">What it is called in a failure.</param>
internal sealed class LayerTree(string source)
{
    private const uint ImpliedMode = 0b111_101_101;

    private readonly TreeNode _root = new(0, IsoItem.Folder | ImpliedMode, DateTimeOffset.UnixEpoch);
    private int _entries;
    private long _characters;

    /// <summary>Of which layer the entries are that come now; the lowest first.</summary>
    public int Layer { get; set; }

    /// <summary>Whether there is nothing but the root.</summary>
    public bool IsEmpty => !_root.Children.Any();

    public void PutFolder(ArchiveEntry entry)
    {
        Count(entry.Path);
        var mode = IsoItem.Folder | Shared(entry.Mode | 0b101_000_000);
        if (entry.Path.Length == 0)
        {
            _root.Tell(Layer, mode, entry.Time);
        }
        else if (FolderOf(entry.Path, out var name) is var folder && folder.Find(name) is { IsFolder: true } known)
        {
            known.Tell(Layer, mode, entry.Time);
        }
        else
        {
            folder.Put(name, new TreeNode(Layer, mode, entry.Time));
        }
    }

    public void PutFile(ArchiveEntry entry, IsoExtent extent) =>
        Put(entry, new TreeNode(Layer, IsoItem.File | Shared(entry.Mode | 0b100_000_000), entry.Time) { File = new TreeFile(extent) });

    public void PutLink(ArchiveEntry entry) => Put(entry, new TreeNode(Layer, IsoItem.Link | 0b111_111_111, entry.Time) { Target = entry.Target });

    /// <summary>A further name of a file, or of a symbolic link.</summary>
    /// <exception cref="Images.ImageException">There is no such file.</exception>
    public void PutHardLink(ArchiveEntry entry)
    {
        var other = Find(entry.Target!);
        if (other is null or { IsFolder: true })
        {
            throw ImportFault.Refused(source, $"its entry {ImportFault.Quote(entry.Path)} is a hard link to {ImportFault.Quote(entry.Target!)}, which is no file of it");
        }

        Put(entry, new TreeNode(Layer, other.Mode, other.Time) { File = other.File, Target = other.Target });
    }

    /// <summary>Removes what the layers below have under a name; nothing where they have nothing.</summary>
    public void RemoveBelow(string folder, string name)
    {
        Count(folder, name);
        if (Find(folder) is { IsFolder: true } found)
        {
            found.RemoveBelow(name, Layer);
        }
    }

    /// <summary>Removes what the layers below have in a folder.</summary>
    public void ClearBelow(string folder)
    {
        Count(folder);
        if (Find(folder) is { IsFolder: true } found)
        {
            found.ClearBelow(Layer);
        }
    }

    /// <summary>Whether something has this path.</summary>
    public bool Has(string path) => Find(path) is not null;

    /// <summary>All of it, each folder before what is in it, in the order of the names: the same files give the same disk.</summary>
    /// <exception cref="Images.ImageException">There are more folders than a disk can have.</exception>
    public IReadOnlyList<IsoItem> Items()
    {
        var found = new List<(string Path, TreeNode Node)> { ("", _root) };
        var folders = 0;
        for (var i = 0; i < found.Count; i++)
        {
            var (path, node) = found[i];
            if (node.File is { } file)
            {
                file.Names++;
            }

            if (node.IsFolder)
            {
                folders++;
                found.AddRange(node.Children.Select(child => (path.Length == 0 ? child.Key : $"{path}/{child.Key}", child.Value)));
            }
        }

        return folders <= IsoLayout.MaxFolders
            ? [.. found.Select(static it => new IsoItem(it.Path, it.Node.Mode, it.Node.Time) { Target = it.Node.Target, Extent = it.Node.File?.Extent ?? default, Names = it.Node.File?.Names ?? 1 })]
            : throw ImportFault.Refused(source, $"it has more than {IsoLayout.MaxFolders} folders");
    }

    private void Put(ArchiveEntry entry, TreeNode node)
    {
        Count(entry.Path, node.Target);
        FolderOf(entry.Path, out var name).Put(name, node);
    }

    /// <summary>Counts something that is kept, or that takes time.</summary>
    private void Count(string path, string? target = null)
    {
        _characters += path.Length + (target?.Length ?? 0);
        if (_characters > ArchiveLimits.MaxPathCharacters)
        {
            throw ImportFault.Refused(source, $"its paths and links have more than {ArchiveLimits.MaxPathCharacters} characters together");
        }

        if (++_entries > ArchiveLimits.MaxEntries)
        {
            throw ImportFault.Refused(source, $"it has more than {ArchiveLimits.MaxEntries} entries; the next would be {ImportFault.Quote(path)}");
        }
    }

    /// <summary>The folder that something lies in, which is made where no entry has told it.</summary>
    private TreeNode FolderOf(string path, out string name)
    {
        var parts = path.Split('/');
        name = parts[^1];
        var folder = _root;
        foreach (var part in parts.AsSpan(..^1))
        {
            var next = folder.Find(part);
            if (next is null)
            {
                Count(path);
                next = new TreeNode(Layer, IsoItem.Folder | ImpliedMode, DateTimeOffset.UnixEpoch);
                folder.Put(part, next);
            }

            folder = next.IsFolder ? next : throw ImportFault.Refused(source, $"its entry {ImportFault.Quote(path)} goes through {ImportFault.Quote(part)}, which is {(next.Target is null ? "a file" : "a link")}");
        }

        return folder;
    }

    private TreeNode? Find(string path)
    {
        TreeNode? node = _root;
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            node = node is { IsFolder: true } ? node.Find(part) : null;
        }

        return node;
    }

    /// <summary>
    /// Who may do what with it in a guest: what its owner may, but nobody may change it, and nobody becomes another user by it. Images are made for root,
    /// and their only user there is the task.
    /// </summary>
    private static uint Shared(uint mode)
    {
        var owner = (mode >> 6) & 0b111;
        var others = owner & 0b101;
        return (owner << 6) | (others << 3) | others;
    }
}
