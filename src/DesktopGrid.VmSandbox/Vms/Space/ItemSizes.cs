using DesktopGrid.VmSandbox.Platform.Files;

namespace DesktopGrid.VmSandbox.Vms.Space;

/// <summary>Some files together: what they take, what they seem to have, and when one of them was last written.</summary>
internal sealed record ItemSizes(long Bytes, long Length, DateTimeOffset WrittenAt)
{
    /// <summary>Of files that are there; one that goes meanwhile counts for nothing.</summary>
    public static ItemSizes Of(IPrivateFiles files, IEnumerable<string> paths)
    {
        var sizes = new ItemSizes(0, 0, DateTimeOffset.MinValue);
        foreach (var path in paths)
        {
            try
            {
                if (new FileInfo(path) is { Exists: true } file)
                {
                    var written = new DateTimeOffset(file.LastWriteTimeUtc);
                    sizes = new ItemSizes(sizes.Bytes + files.AllocatedBytes(path), sizes.Length + file.Length, written > sizes.WrittenAt ? written : sizes.WrittenAt);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another process is just removing it.
            }
        }

        return sizes;
    }

    /// <summary>The files of a folder and of those in it; none where it is not there.</summary>
    public static IReadOnlyList<string> In(string folder)
    {
        try
        {
            return Directory.GetFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint });
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
