using System.Buffers.Binary;
using System.Text;

namespace DesktopGrid.VmSandbox.Packages;

/// <summary>
/// The directory of a zip archive, read without believing it (PKWARE's APPNOTE, 4.3.12 and 4.3.16). .NET's own reader takes a directory of any
/// length into memory, and stops unpacking at the length that is said there, so that an archive which lies is not found out.
/// </summary>
internal static class ArchiveDirectory
{
    /// <summary>The largest that is read: ten thousand files with long paths.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    // The guest's unzip looks for the end in the last 64 KiB, which the longest comment would push it out of; then it reads the file from its beginning.
    private const int EndLength = 22, Tail = 64 * 1024, RecordLength = 46;

    private static ReadOnlySpan<byte> EndSignature => [(byte)'P', (byte)'K', 5, 6];

    private static ReadOnlySpan<byte> RecordSignature => [(byte)'P', (byte)'K', 1, 2];

    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidDataException">It is none; the message is the end of a sentence.</exception>
    public static async Task<IReadOnlyList<PackedFile>> ReadAsync(Stream archive, CancellationToken cancellationToken)
    {
        var tail = await ReadAsync(archive, Math.Max(0, archive.Length - Tail), archive.Length, cancellationToken).ConfigureAwait(false);
        var at = tail.AsSpan().LastIndexOf(EndSignature);
        Require(at >= 0 && at <= tail.Length - EndLength, "it is no zip archive, or is cut off");
        var (length, offset) = (Number(tail, at + 12), Number(tail, at + 16));
        Require(length <= MaxBytes, $"its directory has {length} bytes, and {MaxBytes} are taken");
        Require(offset + length == archive.Length - tail.Length + at, "its directory is not where its end says, or is of the long form (zip64), which the guest does not know");
        return Files(await ReadAsync(archive, offset, offset + length, cancellationToken).ConfigureAwait(false));
    }

    private static List<PackedFile> Files(byte[] directory)
    {
        var files = new List<PackedFile>();
        for (var at = 0; at < directory.Length;)
        {
            var record = directory.AsSpan(at);
            Require(record.Length >= RecordLength && record.StartsWith(RecordSignature), "its directory is damaged");
            var nameLength = Short(record, 28);
            var whole = RecordLength + nameLength + Short(record, 30) + Short(record, 32);
            Require(whole <= record.Length, "its directory is damaged");
            files.Add(new PackedFile(
                Encoding.UTF8.GetString(record.Slice(RecordLength, nameLength)),
                directory.AsMemory(at + RecordLength, nameLength),
                Short(record, 10),
                (Short(record, 8) & 1) != 0,
                Number(record, 16),
                Number(record, 20),
                Number(record, 24),
                Number(record, 42)));
            at += whole;
        }

        return files;
    }

    private static async Task<byte[]> ReadAsync(Stream archive, long from, long to, CancellationToken cancellationToken)
    {
        var bytes = new byte[to - from];
        archive.Position = from;
        await archive.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    private static int Short(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static long Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static void Require(bool holds, string fault)
    {
        if (!holds)
        {
            throw new InvalidDataException(fault);
        }
    }
}
