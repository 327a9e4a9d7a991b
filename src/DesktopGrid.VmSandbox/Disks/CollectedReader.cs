using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Stores;

namespace DesktopGrid.VmSandbox.Disks;

/// <summary>
/// Takes the stream on an output disk apart (<see cref="CollectedFormat"/>). A hostile guest has written every byte of it: nothing is believed that
/// is not within the bounds, and no path comes from there.
/// </summary>
/// <param name="disk">The disk's file, from its beginning.</param>
/// <param name="length">Bytes of the stream, by the guest's word; no more is read.</param>
/// <param name="paths">The files that were asked for.</param>
internal sealed class CollectedReader(Stream disk, long length, IReadOnlyList<string> paths)
{
    private const int BlockSize = 1024 * 1024;

    private readonly byte[] _block = new byte[Math.Clamp(length, CollectedFormat.FileHeadLength, BlockSize)];
    private long _left = length;
    private long _sum;
    private int _told;

    /// <summary>Reads the head; to be called first.</summary>
    /// <exception cref="SessionException">It is none.</exception>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        Demand(CollectedFormat.IsHead((await ReadAsync(CollectedFormat.HeadLength, cancellationToken).ConfigureAwait(false)).Span, paths.Count), "does not begin like one");
    }

    /// <summary>Reads the next file, in the order in which they were asked for.</summary>
    /// <param name="target">Where its bytes go; what it throws passes unchanged.</param>
    /// <param name="maxBytes">The most that it may hold.</param>
    /// <param name="tell">Told after each block, and once at the end.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its bytes.</returns>
    /// <exception cref="SessionException">As a get: it is not there, refused or too large; or the stream is no such stream.</exception>
    public async Task<long> TakeAsync(Stream target, long maxBytes, Action<TransferProgress>? tell, CancellationToken cancellationToken)
    {
        Demand(_told < paths.Count, "tells more files than were asked for");
        var path = paths[_told];
        var (number, status, bytes) = CollectedFormat.ReadFileHead((await ReadAsync(CollectedFormat.FileHeadLength, cancellationToken).ConfigureAwait(false)).Span);
        Demand(number == (uint)_told, "tells its files in another order");
        _told++;
        switch ((CollectedStatus)status)
        {
            case CollectedStatus.File:
                break;
            case CollectedStatus.Missing:
                throw Refused(SandboxErrorCode.GuestNotFound, GuestErrorCode.NotFound, path, "does not exist");
            case CollectedStatus.Refused:
                throw Refused(SandboxErrorCode.GuestPathRefused, GuestErrorCode.PathRefused, path, "is no regular file, or lies behind a link");
            case CollectedStatus.TooLarge:
                throw TooLarge(path, bytes, maxBytes);
            case CollectedStatus.Unreadable:
                throw Refused(SandboxErrorCode.GuestRefused, GuestErrorCode.Internal, path, "cannot be read by the guest's kernel");
            default:
                throw Fault("has a file of no known state");
        }

        Demand(bytes >= 0 && bytes <= _left - CollectedFormat.FileTailLength, "has a file that is longer than itself");
        if (bytes > maxBytes)
        {
            throw TooLarge(path, bytes, maxBytes);
        }

        await CopyAsync(path, target, bytes, tell, cancellationToken).ConfigureAwait(false);
        var real = CollectedFormat.ReadFileTail((await ReadAsync(CollectedFormat.FileTailLength, cancellationToken).ConfigureAwait(false)).Span);
        Demand(real >= 0 && real <= bytes, "has a file that had more bytes than it has");
        if (real < bytes)
        {
            throw Refused(SandboxErrorCode.GuestRefused, GuestErrorCode.Internal, path, "became shorter while it was read");
        }

        _sum += bytes;
        tell?.Invoke(new TransferProgress(path, bytes, bytes));
        return bytes;
    }

    /// <summary>Reads the end, after all files.</summary>
    /// <exception cref="SessionException">It is none.</exception>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        var (number, files, bytes) = CollectedFormat.ReadFileHead((await ReadAsync(CollectedFormat.FileHeadLength, cancellationToken).ConfigureAwait(false)).Span);
        Demand(_told == paths.Count && number == CollectedFormat.EndNumber && files == (uint)_told && bytes == _sum, "does not end like one");
    }

    private async Task CopyAsync(string path, Stream target, long bytes, Action<TransferProgress>? tell, CancellationToken cancellationToken)
    {
        for (var copied = 0L; copied < bytes;)
        {
            var part = await ReadAsync((int)Math.Min(_block.Length, bytes - copied), cancellationToken).ConfigureAwait(false);
            await target.WriteAsync(part, cancellationToken).ConfigureAwait(false);
            copied += part.Length;
            if (copied < bytes)
            {
                tell?.Invoke(new TransferProgress(path, copied, bytes));
            }
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(int count, CancellationToken cancellationToken)
    {
        Demand(count <= _left, "ends too early");
        _left -= count;
        var memory = _block.AsMemory(0, count);
        Demand(await FillAsync(memory, cancellationToken).ConfigureAwait(false) == count, "ends too early");
        return memory;
    }

    private async Task<int> FillAsync(Memory<byte> memory, CancellationToken cancellationToken)
    {
        try
        {
            return await disk.ReadAtLeastAsync(memory, memory.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            // Not to be taken for a fault of the target's.
            throw StoreFault.From(e, "The machine's output disk cannot be read");
        }
    }

    private static SessionException TooLarge(string path, long bytes, long maxBytes) =>
        new(SandboxErrorCode.GuestTooLarge, $"The guest's file \"{TextTail.Clean(path)}\" is larger than the {maxBytes} bytes that are allowed.") { Path = path, Length = Math.Max(bytes, 0) };

    private static SessionException Refused(SandboxErrorCode code, GuestErrorCode reason, string path, string what) =>
        new(code, $"The guest refused: \"{TextTail.Clean(path)}\" {what}.") { Path = path, GuestError = reason };

    private static void Demand(bool holds, string what)
    {
        if (!holds)
        {
            throw Fault(what);
        }
    }

    private static SessionException Fault(string what) => new(SandboxErrorCode.SessionProtocol, $"What the guest wrote to its output disk is no stream of files: it {what}.");
}
