using System.Buffers;
using System.Security.Cryptography;
using System.Threading.Channels;
using DesktopGrid.VmSandbox.Platform.Files;
using ZstdSharp;

namespace DesktopGrid.VmSandbox.Vms.Checkpoints;

/// <summary>A machine's state in a file: QEMU's stream, compressed with zstd (RFC 8878), and hashed as it lies there.</summary>
/// <param name="Length">Bytes of the file.</param>
/// <param name="StateBytes">Bytes of the stream.</param>
/// <param name="Sha256">The file's hash, lower-case hexadecimal.</param>
internal sealed record StateFile(long Length, long StateBytes, string Sha256)
{
    // The fastest that still finds empty and repeated pages, which is nearly all there is to find.
    private const int Level = 1;
    private const int BlockSize = 1024 * 1024;

    // What may wait to be compressed: the guest stands until its last part is out of QEMU, and shall not wait for zstd.
    private const int BlocksInHand = 64;

    /// <summary>Writes a stream to a new file, and the file to the disk.</summary>
    /// <param name="state">The stream; a hostile QEMU's may have no end.</param>
    /// <param name="path">The file.</param>
    /// <param name="mostBytes">How long it may be.</param>
    /// <param name="files">What takes it to the disk.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The stream broke, or is longer, or the disk is full.</exception>
    public static async Task<StateFile> WriteAsync(Stream state, string path, long mostBytes, IPrivateFiles files, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var blocks = Channel.CreateBounded<(byte[] Bytes, int Length)>(new BoundedChannelOptions(BlocksInHand) { SingleReader = true, SingleWriter = true });
        var reading = ReadAsync(state, blocks.Writer, giveUp.Token);
        try
        {
            var written = await Task.Run(() => CompressAsync(blocks.Reader, path, mostBytes, files, giveUp.Token), giveUp.Token).ConfigureAwait(false);
            await reading.ConfigureAwait(false);
            return written;
        }
        catch
        {
            await giveUp.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // One that could not be read tells why; the other side only heard that there is no more.
            await (reading is { IsFaulted: true } ? reading : Task.CompletedTask).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The hash of a file; what the catalog says must be the same.</summary>
    public static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        var file = Open(path);
        await using var scope = file.ConfigureAwait(false);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Writes the stream that a file holds.</summary>
    /// <exception cref="InvalidDataException">It holds none, or another than was said: whoever made it may have been a stranger.</exception>
    public static async Task PourAsync(string path, long stateBytes, Stream destination, CancellationToken cancellationToken)
    {
        var file = Open(path);
        await using var fileScope = file.ConfigureAwait(false);
        var state = new DecompressionStream(file, BlockSize, leaveOpen: true);
        await using var stateScope = state.ConfigureAwait(false);
        var block = new byte[BlockSize];
        for (var left = stateBytes; ;)
        {
            var length = await UnpackAsync(state, block, cancellationToken).ConfigureAwait(false);
            left -= length;
            if (left < 0 || (length == 0 && left > 0))
            {
                throw new InvalidDataException("The state is not as long as was said.");
            }

            if (length == 0)
            {
                return;
            }

            await destination.WriteAsync(block.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<int> UnpackAsync(DecompressionStream state, byte[] block, CancellationToken cancellationToken)
    {
        try
        {
            return await state.ReadAsync(block, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ZstdException or EndOfStreamException)
        {
            throw new InvalidDataException($"The state cannot be unpacked: {e.Message}", e);
        }
    }

    private static FileStream Open(string path) => new(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read, BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });

    private static async Task ReadAsync(Stream state, ChannelWriter<(byte[] Bytes, int Length)> blocks, CancellationToken cancellationToken)
    {
        Exception? fault = null;
        try
        {
            while (true)
            {
                var block = ArrayPool<byte>.Shared.Rent(BlockSize);
                var length = await state.ReadAtLeastAsync(block.AsMemory(0, BlockSize), BlockSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                if (length > 0)
                {
                    await blocks.WriteAsync((block, length), cancellationToken).ConfigureAwait(false);
                }

                if (length < BlockSize)
                {
                    return;
                }
            }
        }
        catch (Exception e)
        {
            fault = e;
            throw;
        }
        finally
        {
            blocks.TryComplete(fault);
        }
    }

    private static async Task<StateFile> CompressAsync(ChannelReader<(byte[] Bytes, int Length)> blocks, string path, long mostBytes, IPrivateFiles files, CancellationToken cancellationToken)
    {
        long stateBytes = 0;
        using var hash = SHA256.Create();
        var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 });
        await using var fileScope = file.ConfigureAwait(false);
        var hashed = new CryptoStream(file, hash, CryptoStreamMode.Write, leaveOpen: true);
        await using var hashedScope = hashed.ConfigureAwait(false);
        var packed = new CompressionStream(hashed, Level, leaveOpen: true);
        await using (packed.ConfigureAwait(false))
        {
            await foreach (var (bytes, length) in blocks.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                packed.Write(bytes.AsSpan(0, length));
                ArrayPool<byte>.Shared.Return(bytes);
                stateBytes += length;
                if (stateBytes > mostBytes)
                {
                    throw new IOException($"QEMU's stream is longer than the {mostBytes} bytes that a state of this machine can have.");
                }
            }
        }

        await hashed.FlushFinalBlockAsync(cancellationToken).ConfigureAwait(false);
        files.Flush(file.SafeFileHandle);
        return new StateFile(file.Length, stateBytes, Convert.ToHexStringLower(hash.Hash!));
    }
}
