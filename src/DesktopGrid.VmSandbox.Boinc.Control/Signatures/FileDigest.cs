using System.Security.Cryptography;
using DesktopGrid.VmSandbox.Boinc.Platform;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.Signatures;

/// <summary>The hashes of a file, read once: MD5 because BOINC signs that, SHA-256 because it is worth something.</summary>
internal sealed record FileDigest(long Length, byte[] Md5, string Sha256)
{
    private const int BlockBytes = 128 * 1024;

    /// <exception cref="BoincException">The file is missing or cannot be read.</exception>
    public static async Task<FileDigest> OfAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
            using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var file = RegularFile.OpenRead(path);
            await using var _ = file.ConfigureAwait(false);
            var block = new byte[BlockBytes];
            long length = 0;
            while (await file.ReadAsync(block, cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                md5.AppendData(block, 0, read);
                sha256.AppendData(block, 0, read);
                length += read;
            }

            return new FileDigest(length, md5.GetHashAndReset(), Convert.ToHexStringLower(sha256.GetHashAndReset()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BoincException(SandboxErrorCode.BoincFileMissing, $"{path} cannot be read: {e.Message}", e);
        }
    }
}
