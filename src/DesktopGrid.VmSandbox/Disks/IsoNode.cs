using System.Globalization;
using System.Text;

namespace DesktopGrid.VmSandbox.Disks;

/// <summary>A file, a folder or a link of the disk, with its place in the tree, and its places on the disk once they are known.</summary>
internal sealed class IsoNode
{
    private const uint TaskFolder = IsoItem.Folder | 0b111_111_000;

    private readonly Dictionary<string, IsoNode> _byName = new(StringComparer.Ordinal);
    private readonly List<IsoNode> _children = [];

    private IsoNode(IsoNode? parent, string name, uint mode)
    {
        Parent = parent ?? this;
        Mode = mode;
        Name = Encoding.UTF8.GetBytes(name);
        if (parent is null)
        {
            Identifier = [0];
            return;
        }

        parent._children.Add(this);
        parent._byName.Add(name, this);
        parent.Folders += IsFolder ? 1 : 0;
        // What ISO 9660 itself calls it is its number: unique, short and in order. The true name is Rock Ridge's.
        Identifier = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{parent._children.Count:D8}{(IsFolder ? "" : ".;1")}"));
    }

    public IsoNode Parent { get; }

    /// <summary>What kind it is and who may do what, as Linux has it (st_mode).</summary>
    public uint Mode { get; private init; }

    public bool IsFolder => (Mode & IsoItem.KindMask) == IsoItem.Folder;

    /// <summary>A file whose bytes are still to come; null for a folder, and for what has its place already.</summary>
    public IsoFile? File { get; private init; }

    /// <summary>Of a symbolic link, where it points to, as the directory has it; empty for anything else.</summary>
    public byte[] Link { get; private init; } = [];

    /// <summary>When it was changed; null for when the disk was made.</summary>
    public DateTimeOffset? Time { get; private init; }

    /// <summary>How many names a file has.</summary>
    public int Names { get; private init; } = 1;

    public byte[] Name { get; }

    public byte[] Identifier { get; }

    /// <summary>A folder's, in the order of their identifiers.</summary>
    public IReadOnlyList<IsoNode> Children => _children;

    /// <summary>How many of them are folders: asked for each folder in it, of which there may be tens of thousands.</summary>
    public int Folders { get; private set; }

    public bool IsRoot => Parent == this;

    /// <summary>A folder's number in the path table, from 1.</summary>
    public int Number { get; set; }

    /// <summary>The first sector of its content.</summary>
    public long Sector { get; set; }

    /// <summary>Bytes of its content.</summary>
    public long Length { get; set; }

    /// <summary>Where the rest of its record stands in the continuation area; null where there is none.</summary>
    public long? Continuation { get; set; }

    /// <summary>Builds the tree of files whose bytes are still to come, as put has them: others than the task's user and group have no business in its folders.</summary>
    /// <param name="files">No two of one path, and none whose path is a folder of another.</param>
    public static IsoNode Build(IEnumerable<IsoFile> files)
    {
        var root = new IsoNode(null, "", TaskFolder);
        foreach (var file in files)
        {
            var parts = file.Path.Split('/');
            var folder = root;
            foreach (var part in parts[..^1])
            {
                folder = folder._byName.TryGetValue(part, out var known) ? known : new IsoNode(folder, part, TaskFolder);
            }

            _ = new IsoNode(folder, parts[^1], IsoItem.File | (file.IsExecutable ? 0b111_101_101u : 0b110_100_100u)) { File = file, Length = file.Length };
        }

        return root;
    }

    /// <summary>Builds the tree of what has its place already.</summary>
    /// <param name="items">The root, whose path is empty; then no two of one path, and each behind the folder that it lies in.</param>
    public static IsoNode Build(IEnumerable<IsoItem> items)
    {
        IsoNode? root = null;
        foreach (var item in items)
        {
            var parts = item.Path.Split('/');
            var folder = parts[..^1].Aggregate(root, static (folder, part) => folder!._byName[part]);
            var node = new IsoNode(root is null ? null : folder ?? root, parts[^1], item.Mode)
            {
                Link = item.Target is { } target ? IsoLink.Encode(target) : [],
                Time = item.Time,
                Names = item.Names,
                Sector = item.Extent.Sector,
                Length = item.Extent.Length,
            };
            root ??= node;
        }

        return root ?? throw new ArgumentException("There is no root.", nameof(items));
    }

    /// <summary>The folders, each before those in it, level by level: the order of the path table.</summary>
    public IReadOnlyList<IsoNode> AllFolders()
    {
        var folders = new List<IsoNode> { this };
        for (var i = 0; i < folders.Count; i++)
        {
            folders.AddRange(folders[i].Children.Where(static child => child.IsFolder));
        }

        return folders;
    }
}
