using System.IO.Hashing;

namespace DesktopGrid.VmSandbox.Vms.Templates;

/// <summary>
/// Copies a stream and hashes it on the way. Nobody forges a file of this user's own folder; what is to be found is a disk that lost or
/// changed some of it, and XXH3 finds that at the speed of memory, where SHA-256 would double a start.
/// </summary>
internal static class HashedCopy
{
    private const int BlockSize = 1024 * 1024;

    /// <returns>How many bytes there were, and their hash.</returns>
    public static async Task<TemplateFile> RunAsync(Stream source, Stream destination, CancellationToken cancellationToken)
    {
        var hash = new XxHash128();
        var block = new byte[BlockSize];
        long length = 0;
        while (await source.ReadAtLeastAsync(block, BlockSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            hash.Append(block.AsSpan(0, read));
            await destination.WriteAsync(block.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            length += read;
        }

        return new TemplateFile(length, Convert.ToHexStringLower(hash.GetCurrentHash()));
    }

    public static FileStream Open(string path) =>
        new(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read | FileShare.Delete, BufferSize = 0, Options = FileOptions.SequentialScan });

    public static FileStream Create(string path) =>
        new(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 });
}
