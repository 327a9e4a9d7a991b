using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.Disks;

/// <summary>
/// When files travel by disk. A file that is put or got costs a request and passes the ports; a disk costs one request for all of its files, and a
/// copy on the host. So a disk it is for more than a megabyte together, or for many files.
/// </summary>
internal static class BulkRule
{
    /// <summary>Up to so many bytes together are put and got.</summary>
    public const long SmallBytes = 1024 * 1024;

    /// <summary>Up to so many files are, if they are small.</summary>
    public const int FewFiles = 32;

    /// <summary>The largest file on an input disk: Linux reads one of up to a hundred parts, each just below 4 GiB.</summary>
    public const long LargestFile = 90 * IsoRecord.MaxSection;

    /// <summary>The most bytes of all files on an input disk, beside which its directories have room: the format has 32 bits for a sector's number.</summary>
    public const long LargestInput = MachineSpec.PlaceholderLength / 2;

    /// <summary>The most files and folders on an input disk, the folders counted once for each file.</summary>
    public const int MostNames = 1_000_000;

    /// <summary>Chooses those inputs that go onto the disk; the others are put.</summary>
    /// <param name="files">All of them.</param>
    /// <returns>None, or all that the disk can hold.</returns>
    public static IReadOnlyList<IsoFile> Choose(IReadOnlyList<IsoFile> files)
    {
        if (files.Count <= FewFiles && files.Sum(static file => (decimal)file.Length) <= SmallBytes)
        {
            return [];
        }

        var chosen = new List<IsoFile>();
        var folders = new HashSet<string>(StringComparer.Ordinal) { "" };
        long bytes = 0;
        foreach (var file in files)
        {
            var parents = Parents(file.Path);
            // One folder less: the root is one itself.
            if (Fits(file) && file.Length <= LargestInput - bytes && chosen.Count + folders.Count + parents.Count < MostNames && folders.Count + parents.Count(parent => !folders.Contains(parent)) <= IsoLayout.MaxFolders)
            {
                chosen.Add(file);
                folders.UnionWith(parents);
                bytes += file.Length;
            }
        }

        return chosen;
    }

    /// <summary>Bytes of the output disk for a job whose outputs may hold so many together.</summary>
    public static long OutputLength(int files, long bytes) => Math.Min(CollectedFormat.LengthOf(files, bytes), MachineSpec.PlaceholderLength);

    private static bool Fits(IsoFile file) => file.Length <= LargestFile && file.Path.Split('/').All(static part => Encoding.UTF8.GetByteCount(part) <= IsoRecord.MaxNameBytes);

    private static List<string> Parents(string path)
    {
        var parents = new List<string>();
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            parents.Add(path[..slash]);
        }

        return parents;
    }
}
