using System.Buffers.Binary;
using System.Text;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Images;

/// <summary>
/// The header of a qcow2 file (QEMU, docs/interop/qcow2.txt), read with suspicion and before any tool of QEMU's sees the file: whatever
/// leads out of the file or claims absurd sizes is refused.
/// </summary>
/// <param name="Version">2 or 3.</param>
/// <param name="VirtualSize">Bytes that the guest sees.</param>
/// <param name="ClusterBits">9 to 21.</param>
/// <param name="BackingFile">The name of the backing file as written; null for none.</param>
/// <param name="BackingFormat">Its format as written; null where none is.</param>
internal sealed record Qcow2Header(int Version, long VirtualSize, int ClusterBits, string? BackingFile, string? BackingFormat)
{
    /// <summary>The largest virtual size that is accepted: 4 TiB.</summary>
    public const long MaxVirtualSize = 1L << 42;

    private const uint Magic = 0x514649fb, BackingFormatExtension = 0xe2792aca, DataFileExtension = 0x44415441;
    private const int HeaderV2Length = 72, HeaderV3Length = 104, MaxNameLength = 1023, MaxHeaderLength = 64 * 1024;
    private const ulong CorruptBit = 2, ExternalDataBit = 4, KnownIncompatible = 1 | 8 | 16;

    /// <summary>Reads and checks the header of a file.</summary>
    /// <exception cref="ImageException">It is none, or one that is never allowed.</exception>
    public static Qcow2Header Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var length = RandomAccess.GetLength(file);
            var bytes = new byte[Math.Min(length, MaxHeaderLength)];
            var read = 0;
            while (read < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(read), read) is > 0 and var more)
            {
                read += more;
            }

            return new Parser(path, bytes.AsMemory(0, read), length).Parse();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ImageException(SandboxErrorCode.ImageMissing, $"The image {path} is missing.", e) { Path = path };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageException(SandboxErrorCode.ImageMissing, $"The image {path} cannot be read: {e.Message}", e) { Path = path };
        }
    }

    private sealed class Parser(string path, ReadOnlyMemory<byte> header, long fileLength)
    {
        public Qcow2Header Parse()
        {
            Check(header.Length >= HeaderV2Length && U32(0) == Magic, "it does not begin as a qcow2 file");
            var version = U32(4);
            Check(version is 2 or 3, $"version {version} is unknown");
            var clusterBits = U32(20);
            Check(clusterBits is >= 9 and <= 21, $"a cluster of 2^{clusterBits} bytes is not possible");
            var size = U64(24);
            Allow(size is > 0 and <= MaxVirtualSize, $"a virtual size of {size} bytes");
            Allow(U32(32) == 0, "encryption");
            Allow(U32(60) <= 256, $"{U32(60)} snapshots");
            var headerLength = (uint)HeaderV2Length;
            if (version == 3)
            {
                Check(header.Length >= HeaderV3Length, "it ends in its header");
                var incompatible = U64(72);
                Allow((incompatible & ExternalDataBit) == 0, "an external data file");
                Check((incompatible & CorruptBit) == 0, "it is marked as corrupt");
                Check((incompatible & ~KnownIncompatible) == 0, $"it has unknown features ({incompatible:x})");
                Check(U32(96) <= 6, "its reference counts have an impossible width");
                headerLength = U32(100);
                Check(headerLength is >= HeaderV3Length and <= 4096 && headerLength % 8 == 0, "its header has an impossible length");
            }

            CheckTables(1L << (int)clusterBits, size);
            var format = ReadExtensions((int)headerLength);
            return new Qcow2Header((int)version, (long)size, (int)clusterBits, ReadBackingFile(), format);
        }

        /// <summary>The tables lie within the file, at cluster borders, and are as large as the virtual size asks for.</summary>
        private void CheckTables(long cluster, ulong size)
        {
            var firstLevelEntries = U32(36);
            var needed = (size + (ulong)(cluster * cluster / 8) - 1) / (ulong)(cluster * cluster / 8);
            Check(firstLevelEntries >= needed && firstLevelEntries <= needed + 8192 && firstLevelEntries <= 1 << 25, "its cluster table does not fit its size");
            foreach (var offset in (ulong[])[U64(40), U64(48)])
            {
                Check(offset >= (ulong)cluster && offset % (ulong)cluster == 0 && offset < (ulong)fileLength, "a table lies outside the file");
            }

            Check(U32(56) is > 0 and <= 8192, "its reference table has an impossible size");
        }

        private string? ReadBackingFile()
        {
            var offset = U64(8);
            var length = U32(16);
            if (offset == 0)
            {
                return null;
            }

            Check(length is > 0 and <= MaxNameLength && offset >= HeaderV2Length && offset <= (ulong)header.Length && length <= (ulong)header.Length - offset, "the name of its backing file lies outside its header");
            var name = Encoding.UTF8.GetString(header.Span.Slice((int)offset, (int)length));
            Allow(!name.Any(char.IsControl), "a backing file whose name holds control characters");
            return name;
        }

        private string? ReadExtensions(int offset)
        {
            string? format = null;
            for (var count = 0; ; count++)
            {
                Check(count < 64, "it has too many header extensions");
                if (offset + 8 > header.Length)
                {
                    return format;
                }

                var type = U32(offset);
                var length = U32(offset + 4);
                if (type == 0)
                {
                    return format;
                }

                Allow(type != DataFileExtension, "an external data file");
                Check(length <= (uint)(header.Length - offset - 8), "a header extension lies outside the file");
                if (type == BackingFormatExtension)
                {
                    format = Encoding.ASCII.GetString(header.Span.Slice(offset + 8, (int)length));
                }

                offset += 8 + (int)((length + 7) & ~7u);
            }
        }

        private uint U32(int offset) => BinaryPrimitives.ReadUInt32BigEndian(header.Span[offset..]);

        private ulong U64(int offset) => BinaryPrimitives.ReadUInt64BigEndian(header.Span[offset..]);

        private void Check(bool holds, string fault)
        {
            if (!holds)
            {
                throw new ImageException(SandboxErrorCode.ImageMalformed, $"The image {path} is no good qcow2 file: {fault}.") { Path = path };
            }
        }

        private void Allow(bool holds, string what)
        {
            if (!holds)
            {
                throw new ImageException(SandboxErrorCode.ImageRefused, $"The image {path} is refused: it asks for {what}.") { Path = path };
            }
        }
    }
}
