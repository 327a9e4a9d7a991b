using System.Globalization;
using System.Text;

namespace DesktopGrid.VmSandbox.Disks;

/// <summary>A file or a folder of the disk, with its place in the tree, and its places on the disk once they are known.</summary>
internal sealed class IsoNode
{
    private readonly Dictionary<string, IsoNode> _byName = new(StringComparer.Ordinal);
    private readonly List<IsoNode> _children = [];

    private IsoNode(IsoNode? parent, string name, IsoFile? file)
    {
        Parent = parent ?? this;
        File = file;
        Name = Encoding.UTF8.GetBytes(name);
        if (parent is null)
        {
            Identifier = [0];
            return;
        }

        parent._children.Add(this);
        parent._byName.Add(name, this);
        parent.Folders += file is null ? 1 : 0;
        // What ISO 9660 itself calls it is its number: unique, short and in order. The true name is Rock Ridge's.
        Identifier = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{parent._children.Count:D8}{(file is null ? "" : ".;1")}"));
    }

    public IsoNode Parent { get; }

    /// <summary>Null for a folder.</summary>
    public IsoFile? File { get; }

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

    /// <summary>Builds the tree.</summary>
    /// <param name="files">No two of one path, and none whose path is a folder of another.</param>
    public static IsoNode Build(IEnumerable<IsoFile> files)
    {
        var root = new IsoNode(null, "", null);
        foreach (var file in files)
        {
            var parts = file.Path.Split('/');
            var folder = root;
            foreach (var part in parts[..^1])
            {
                folder = folder._byName.TryGetValue(part, out var known) ? known : new IsoNode(folder, part, null);
            }

            _ = new IsoNode(folder, parts[^1], file) { Length = file.Length };
        }

        return root;
    }

    /// <summary>The folders, each before those in it, level by level: the order of the path table.</summary>
    public IReadOnlyList<IsoNode> AllFolders()
    {
        var folders = new List<IsoNode> { this };
        for (var i = 0; i < folders.Count; i++)
        {
            folders.AddRange(folders[i].Children.Where(static child => child.File is null));
        }

        return folders;
    }
}
