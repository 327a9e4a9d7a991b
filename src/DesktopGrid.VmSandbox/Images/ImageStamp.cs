using System.Globalization;
using System.Security.Cryptography;

namespace DesktopGrid.VmSandbox.Images;

/// <summary>
/// Remembers in an image's folder when its verified files were last written. While that holds they are not hashed again; a file that was
/// written since is, and refused where it has other bytes than its manifest says.
/// </summary>
internal static class ImageStamp
{
    private const string FileName = "verified";

    /// <summary>Notes the present times of files that have just been verified. One that cannot be written costs a hash at the next opening.</summary>
    public static void Write(string folder, IEnumerable<string> files)
    {
        try
        {
            File.WriteAllText(Path.Combine(folder, FileName), Times(files));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full or foreign disk: the image is as good without.
        }
    }

    /// <summary>Whether the files have these hashes, and are untouched since that was last found out.</summary>
    public static bool Holds(string folder, IReadOnlyList<(string Path, string Sha256)> files)
    {
        var paths = files.Select(static file => file.Path);
        try
        {
            if (Read(folder) == Times(paths))
            {
                return true;
            }

            if (!files.All(static file => Hash(file.Path) == file.Sha256))
            {
                return false;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        Write(folder, paths);
        return true;
    }

    private static string Times(IEnumerable<string> files) =>
        string.Concat(files.Select(static file => string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file)} {File.GetLastWriteTimeUtc(file).Ticks}\n")));

    private static string? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        return File.Exists(path) ? File.ReadAllText(path) : null;
    }

    private static string Hash(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
