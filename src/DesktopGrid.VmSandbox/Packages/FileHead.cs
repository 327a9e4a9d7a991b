using System.Buffers.Binary;

namespace DesktopGrid.VmSandbox.Packages;

/// <summary>
/// A file's own head in a zip archive (APPNOTE, 4.3.7). The directory tells the guest's unzip where it lies, and all else of the file is then read
/// from here: a head that says something else than the directory would have one archive judged and another one unpacked.
/// </summary>
internal static class FileHead
{
    private const int Length = 30, Encrypted = 1, LengthsAreInDirectory = 8;

    private static ReadOnlySpan<byte> Signature => [(byte)'P', (byte)'K', 3, 4];

    /// <summary>Goes to a file's bytes, behind its head.</summary>
    /// <returns>Whether the head says what the directory says, and the bytes that it speaks of can be there.</returns>
    public static async Task<bool> PassAsync(Stream archive, PackedFile file, CancellationToken cancellationToken)
    {
        var head = new byte[Length];
        archive.Position = file.HeadOffset;
        await archive.ReadExactlyAsync(head, cancellationToken).ConfigureAwait(false);
        var name = new byte[Short(head, 26)];
        await archive.ReadExactlyAsync(name, cancellationToken).ConfigureAwait(false);
        archive.Position += Short(head, 28);
        return Agrees(head, file) && name.AsSpan().SequenceEqual(file.Name.Span) && archive.Position + file.PackedLength <= archive.Length;
    }

    private static bool Agrees(ReadOnlySpan<byte> head, PackedFile file)
    {
        var flags = Short(head, 6);
        return head.StartsWith(Signature) && (flags & Encrypted) != 0 == file.IsEncrypted && Short(head, 8) == file.Method
            // Where it was not known yet when the head was written, the guest, too, takes it from the directory.
            && ((flags & LengthsAreInDirectory) != 0 || (Number(head, 14) == file.Checksum && Number(head, 18) == file.PackedLength && Number(head, 22) == file.Length));
    }

    private static int Short(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static long Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
