namespace DesktopGrid.VmSandbox.Disks;

/// <summary>
/// The plan of a disk: where each folder and each file lies. The order is that of the sectors: 16 empty ones, volume descriptor, its terminator,
/// files that are written already, the two path tables, the folders, the continuation area, files whose bytes are to come.
/// </summary>
internal sealed class IsoLayout
{
    /// <summary>ECMA-119, 6.2.1: the system area before them.</summary>
    public const int FirstDescriptor = 16;

    /// <summary>A path table has 16 bits for the number of a folder's parent.</summary>
    public const int MaxFolders = ushort.MaxValue;

    /// <summary>The disk's length is a multiple of this: what a guest's disk reads at once at least.</summary>
    private const int Alignment = 2;

    private readonly List<IsoNode> _continued = [];
    private readonly List<IsoNode> _files = [];
    private long _areaLength;

    /// <summary>Of files whose bytes are to come behind the directories.</summary>
    /// <exception cref="ArgumentException">The files do not fit onto a disk of this format.</exception>
    public IsoLayout(IEnumerable<IsoFile> files)
        : this(IsoNode.Build(files), FirstDescriptor + 2)
    {
    }

    /// <param name="root">The tree. What is no file that is still to come keeps its place.</param>
    /// <param name="next">The first sector of the directories.</param>
    /// <exception cref="ArgumentException">It does not fit onto a disk of this format.</exception>
    public IsoLayout(IsoNode root, long next)
    {
        Root = root;
        Folders = Root.AllFolders();
        var number = 0;
        foreach (var folder in Folders)
        {
            folder.Number = ++number;
            folder.Length = LengthOf(folder);
            PathTableLength += IsoVolume.PathLength(folder);
        }

        LittlePathTable = Take(PathTableLength);
        BigPathTable = Take(PathTableLength);
        foreach (var folder in Folders)
        {
            folder.Sector = Take(folder.Length);
            Continue(folder.IsRoot ? folder : null);
            foreach (var child in folder.Children)
            {
                Continue(child);
            }
        }

        Area = Take(_areaLength);
        foreach (var file in Folders.SelectMany(static folder => folder.Children).Where(static child => child.File is not null))
        {
            file.Sector = Take(file.Length);
            _files.Add(file);
        }

        Sectors = (next + Alignment - 1) / Alignment * Alignment;
        if (Folders.Count > MaxFolders || Sectors > uint.MaxValue)
        {
            throw new ArgumentException("The files do not fit onto one disk.", nameof(root));
        }

        long Take(long bytes)
        {
            var sector = next;
            next += IsoBytes.Sectors(bytes);
            return sector;
        }
    }

    public IsoNode Root { get; }

    public IReadOnlyList<IsoNode> Folders { get; }

    /// <summary>Those whose bytes are to come, in the order in which they lie on the disk.</summary>
    public IReadOnlyList<IsoNode> Files => _files;

    /// <summary>Those that have something in the continuation area, in the order in which it lies there.</summary>
    public IReadOnlyList<IsoNode> Continued => _continued;

    public int PathTableLength { get; }

    public long LittlePathTable { get; }

    public long BigPathTable { get; }

    /// <summary>The continuation area's first sector.</summary>
    public long Area { get; }

    public long AreaLength => IsoBytes.Sectors(_areaLength) * IsoBytes.SectorSize;

    /// <summary>The whole disk's.</summary>
    public long Sectors { get; }

    /// <summary>The bytes of a folder: records one after the other, none across the end of a sector (ECMA-119, 6.8.1.1).</summary>
    public static void Place(IsoNode folder, Action<int, IsoNode?, int> place)
    {
        var at = 0;
        Put(IsoRecord.LengthOfDots(folder, isSelf: true), null, 0);
        Put(IsoRecord.LengthOfDots(folder, isSelf: false), null, 1);
        foreach (var child in folder.Children)
        {
            var length = IsoRecord.Length(child);
            for (var section = 0; section < IsoRecord.Sections(child); section++)
            {
                Put(length, child, section);
            }
        }

        void Put(int length, IsoNode? child, int section)
        {
            var left = IsoBytes.SectorSize - (at % IsoBytes.SectorSize);
            at += length > left ? left : 0;
            place(at, child, section);
            at = checked(at + length);
        }
    }

    private static long LengthOf(IsoNode folder)
    {
        long end = 0;
        Place(folder, (at, child, section) => end = at + (child is null ? IsoRecord.LengthOfDots(folder, section == 0) : IsoRecord.Length(child)));
        return IsoBytes.Sectors(end) * IsoBytes.SectorSize;
    }

    /// <summary>Linux takes no continuation across the end of a sector.</summary>
    private void Continue(IsoNode? node)
    {
        if (node is null || IsoRecord.ContinuationLength(node) is not (> 0 and var length))
        {
            return;
        }

        var left = IsoBytes.SectorSize - (_areaLength % IsoBytes.SectorSize);
        _areaLength += length > left ? left : 0;
        node.Continuation = _areaLength;
        _areaLength += length;
        _continued.Add(node);
    }
}
