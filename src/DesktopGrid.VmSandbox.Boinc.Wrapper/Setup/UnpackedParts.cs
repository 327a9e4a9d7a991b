using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Setup;

/// <summary>
/// Parts that come with the app version as archives, QEMU and the guest image: unpacked once for a project, beside its store, under a name that holds
/// their hash. They are files of the app version, which the client has verified.
/// </summary>
/// <param name="folder">Where they are unpacked.</param>
/// <param name="tell">Where a reader of stderr.txt is told.</param>
internal sealed class UnpackedParts(string folder, Action<string> tell)
{
    private const string Unfinished = ".unfinished-";

    /// <summary>The folder of an archive's contents.</summary>
    /// <param name="path">The archive, .tar.gz.</param>
    /// <param name="cancellationToken">Gives up; what was unpacked is removed by the next.</param>
    /// <exception cref="BoincException">It cannot be unpacked, or not written.</exception>
    public async Task<string> UnpackAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(folder);
            // What a task that was killed has left; another may be at work on a younger one.
            foreach (var left in Directory.EnumerateDirectories(folder, Unfinished + "*").Where(static left => Directory.GetLastWriteTimeUtc(left) < TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-1)))
            {
                Directory.Delete(left, recursive: true);
            }

            var target = Path.Combine(folder, await HashAsync(path, cancellationToken).ConfigureAwait(false));
            if (Directory.Exists(target))
            {
                return target;
            }

            tell($"unpacking {Path.GetFileName(path)}, once for this project");
            var unfinished = Path.Combine(folder, Unfinished + Path.GetRandomFileName());
            Directory.CreateDirectory(unfinished);
            try
            {
                var file = File.OpenRead(path);
                await using var scope = file.ConfigureAwait(false);
                var unzipped = new GZipStream(file, CompressionMode.Decompress);
                await using var second = unzipped.ConfigureAwait(false);
                await TarFile.ExtractToDirectoryAsync(unzipped, unfinished, overwriteFiles: false, cancellationToken).ConfigureAwait(false);
                Move(unfinished, target);
            }
            finally
            {
                if (Directory.Exists(unfinished))
                {
                    Directory.Delete(unfinished, recursive: true);
                }
            }

            return target;
        }
        catch (Exception e) when (IsOfTheArchive(e))
        {
            throw new BoincException(SandboxErrorCode.BoincFileMalformed, $"{Path.GetFileName(path)} is no archive that can be unpacked: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BoincException(SandboxErrorCode.BoincFileUnwritable, $"{Path.GetFileName(path)} cannot be unpacked: {e.Message}", e) { IsTransient = true };
        }
    }

    /// <summary>
    /// What the archive's reader itself refuses, such as a kind of entry that it does not know; a file that would lie elsewhere is an input/output error to it,
    /// without a number of the system's. It is so the next time as well.
    /// </summary>
    private static bool IsOfTheArchive(Exception e) =>
        e is InvalidDataException or EndOfStreamException or InvalidOperationException or NotSupportedException or ArgumentException or FormatException or OverflowException
        || (e.GetType() == typeof(IOException) && e.HResult == new IOException().HResult);

    /// <summary>Another task may have been quicker; its folder holds the same.</summary>
    private static void Move(string unfinished, string target)
    {
        try
        {
            Directory.Move(unfinished, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
            // As said above.
        }
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        var file = File.OpenRead(path);
        await using var scope = file.ConfigureAwait(false);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false))[..16];
    }
}
