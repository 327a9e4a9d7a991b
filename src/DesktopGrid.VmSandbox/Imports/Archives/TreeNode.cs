using DesktopGrid.VmSandbox.Disks;

namespace DesktopGrid.VmSandbox.Imports.Archives;

/// <summary>A folder, file or link of a tree that is just being put together.</summary>
/// <param name="layer">Of which layer of an image it is; 0 where there is one only.</param>
/// <param name="mode">What kind it is and who may do what (st_mode).</param>
/// <param name="time">When it was changed.</param>
internal sealed class TreeNode(int layer, uint mode, DateTimeOffset time)
{
    // Nothing of a layer below comes any more: to clear a folder again, as an archive may ask a hundred thousand times, is no work.
    private int _clearedFor = -1;
    private readonly Dictionary<string, TreeNode>? _children = (mode & IsoItem.KindMask) == IsoItem.Folder ? new(StringComparer.Ordinal) : null;

    /// <summary>Of which layer it is, the lowest 0.</summary>
    public int Layer { get; private set; } = layer;

    public uint Mode { get; private set; } = mode;

    public DateTimeOffset Time { get; private set; } = time;

    /// <summary>Where a symbolic link points to.</summary>
    public string? Target { get; init; }

    /// <summary>A file's bytes; its other names have the same.</summary>
    public TreeFile? File { get; init; }

    public bool IsFolder => _children is not null;

    /// <summary>A folder's, by their names.</summary>
    public IEnumerable<KeyValuePair<string, TreeNode>> Children => _children!.OrderBy(static child => child.Key, StringComparer.Ordinal);

    public TreeNode? Find(string name) => _children!.GetValueOrDefault(name);

    public void Put(string name, TreeNode child) => _children![name] = child;

    /// <summary>A folder that is told once more keeps what is in it.</summary>
    public void Tell(int layer, uint mode, DateTimeOffset time) => (Layer, Mode, Time) = (layer, mode, time);

    /// <summary>Removes a child that came from a layer below, or what came from there within it.</summary>
    public void RemoveBelow(string name, int layer)
    {
        if (Find(name) is not { } child)
        {
            return;
        }

        if (child.Layer < layer)
        {
            _children!.Remove(name);
        }
        else if (child.IsFolder)
        {
            child.ClearBelow(layer);
        }
    }

    /// <summary>Removes everything that came from a layer below.</summary>
    public void ClearBelow(int layer)
    {
        if (_clearedFor == layer)
        {
            return;
        }

        _clearedFor = layer;
        foreach (var name in _children!.Keys.ToList())
        {
            RemoveBelow(name, layer);
        }
    }
}

/// <summary>The bytes of a file, and how many names they have.</summary>
internal sealed class TreeFile(IsoExtent extent)
{
    public IsoExtent Extent => extent;

    public int Names { get; set; }
}
