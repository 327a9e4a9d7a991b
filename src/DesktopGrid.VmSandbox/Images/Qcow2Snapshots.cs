using System.Buffers.Binary;
using System.Text;
using DesktopGrid.VmSandbox.Primitives;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Images;

/// <summary>
/// The names of the instants that a qcow2 file keeps (QEMU, docs/interop/qcow2.txt, "Snapshots"). Read here since a tool's process at each start
/// would cost more than the start itself; with suspicion, since a QEMU that was taken over may have written them.
/// </summary>
internal static class Qcow2Snapshots
{
    // More than QEMU itself writes for as many as a header may have: names and ids of a few letters, 24 bytes beside the fixed part.
    private const int MostTableBytes = 256 * 1024;
    private const int CountOffset = 60, TableOffset = 64, HeaderBytes = 72;
    // An entry: a fixed part, then extra data, the id, the name, and what is missing to eight bytes.
    private const int FixedBytes = 40, IdLength = 12, NameLength = 14, ExtraLength = 36;

    /// <summary>Reads them, of a file whose header was judged and that no QEMU has open.</summary>
    /// <exception cref="ImageException">The table is none.</exception>
    public static IReadOnlyList<string> Names(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var header = Read(file, 0, HeaderBytes);
            var count = header.Length == HeaderBytes ? BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(CountOffset)) : 0;
            if (count == 0)
            {
                return [];
            }

            var offset = BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(TableOffset));
            return offset < (ulong)RandomAccess.GetLength(file) ? Parse(path, Read(file, (long)offset, MostTableBytes), count) : throw Malformed(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageException(SandboxErrorCode.ImageMissing, $"The image {path} cannot be read: {e.Message}", e) { Path = path };
        }
    }

    private static List<string> Parse(string path, ReadOnlySpan<byte> table, uint count)
    {
        var names = new List<string>();
        for (var number = 0u; number < count; number++)
        {
            if (table.Length < FixedBytes)
            {
                throw Malformed(path);
            }

            var (id, name) = (BinaryPrimitives.ReadUInt16BigEndian(table[IdLength..]), BinaryPrimitives.ReadUInt16BigEndian(table[NameLength..]));
            var begin = FixedBytes + (long)BinaryPrimitives.ReadUInt32BigEndian(table[ExtraLength..]) + id;
            var end = (begin + name + 7) & ~7L;
            if (begin + name > table.Length)
            {
                throw Malformed(path);
            }

            names.Add(Encoding.UTF8.GetString(table.Slice((int)begin, name)));
            table = table[(int)Math.Min(end, table.Length)..];
        }

        return names;
    }

    private static byte[] Read(SafeFileHandle file, long offset, int most)
    {
        var bytes = new byte[Math.Min(most, RandomAccess.GetLength(file) - offset)];
        var read = 0;
        while (read < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(read), offset + read) is > 0 and var more)
        {
            read += more;
        }

        return bytes[..read];
    }

    private static ImageException Malformed(string path) =>
        new(SandboxErrorCode.ImageMalformed, $"The image {path} is no good qcow2 file: its table of snapshots lies outside the file.") { Path = path };
}
