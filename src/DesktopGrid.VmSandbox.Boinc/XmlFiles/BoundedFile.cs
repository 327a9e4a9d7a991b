using DesktopGrid.VmSandbox.Boinc.Platform;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.XmlFiles;

/// <summary>Reads whole files of others up to a ceiling.</summary>
internal static class BoundedFile
{
    /// <exception cref="BoincException">The file is missing, cannot be read, is no ordinary one, or is larger than <paramref name="ceiling"/>.</exception>
    public static byte[] Read(string path, int ceiling)
    {
        try
        {
            using var file = RegularFile.OpenRead(path);
            var length = file.Length;
            if (length > ceiling)
            {
                throw new BoincException(SandboxErrorCode.BoincFileMalformed, $"{path} has more than {ceiling} bytes.");
            }

            var bytes = new byte[length];
            var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return read == bytes.Length ? bytes : bytes[..read];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BoincException(SandboxErrorCode.BoincFileMissing, $"There is no {path}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new BoincException(SandboxErrorCode.BoincFileMissing, $"{path} cannot be read: {e.Message}", e);
        }
    }
}
