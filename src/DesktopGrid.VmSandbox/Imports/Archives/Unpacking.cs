using System.IO.Compression;

namespace DesktopGrid.VmSandbox.Imports.Archives;

/// <summary>Takes off what an archive is packed in, by its first bytes; only what the framework itself unpacks.</summary>
internal static class Unpacking
{
    public const int HeadLength = 8;

    private const string BrotliExtension = ".br";

    /// <summary>What archives and files are packed in that is not read, by its first bytes.</summary>
    private static readonly (byte[] Magic, string Name)[] _foreign =
    [
        ([0xFD, .. "7zXZ"u8], "xz"),
        ([0x28, 0xB5, 0x2F, 0xFD], "zstd"),
        ([.. "BZh"u8], "bzip2"),
        ([.. "LZIP"u8], "lzip"),
        ([0x1F, 0x9D], "compress"),
        ([.. "PK"u8, 3, 4], "zip"),
        ([.. "7z"u8, 0xBC, 0xAF], "7-Zip"),
    ];

    /// <summary>Whether it is packed in a way that is read.</summary>
    public static bool IsPacked(string name, ReadOnlySpan<byte> head) => IsGzip(head) || name.EndsWith(BrotliExtension, StringComparison.OrdinalIgnoreCase);

    /// <summary>Refuses what is packed in a way that is not read.</summary>
    /// <exception cref="Images.ImageException">It is.</exception>
    public static void Judge(string source, ReadOnlySpan<byte> head)
    {
        foreach (var (magic, name) in _foreign)
        {
            if (head.StartsWith(magic))
            {
                throw ImportFault.Unsuitable(source, $"it is packed by {name}, which is not read", "Unpack it, and pack it again by gzip.");
            }
        }
    }

    /// <summary>Opens the unpacked bytes, within the bounds of a packed stream.</summary>
    /// <param name="packed">From its first byte.</param>
    /// <param name="source">What it is called in a failure; its end tells Brotli, which has no first bytes of its own.</param>
    /// <param name="most">The most bytes that may come out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Images.ImageException">It is packed in a way that is not read.</exception>
    public static async Task<Stream> OpenAsync(Stream packed, string source, long most, CancellationToken cancellationToken)
    {
        var counted = new CountedStream(packed);
        var head = new byte[HeadLength];
        var read = await counted.PeekAsync(head, cancellationToken).ConfigureAwait(false);
        Judge(source, head.AsSpan(0, read));
        return IsGzip(head.AsSpan(0, read)) ? new UnpackedStream(new GZipStream(counted, CompressionMode.Decompress), counted, source, most)
            : source.EndsWith(BrotliExtension, StringComparison.OrdinalIgnoreCase) ? new UnpackedStream(new BrotliStream(counted, CompressionMode.Decompress), counted, source, most)
            : counted;
    }

    private static bool IsGzip(ReadOnlySpan<byte> head) => head is [0x1F, 0x8B, ..];

    /// <summary>Counts what goes through, and gives its first bytes beforehand.</summary>
    private sealed class CountedStream(Stream inner) : ForwardStream
    {
        private ReadOnlyMemory<byte> _peeked;

        public long Bytes { get; private set; }

        public async Task<int> PeekAsync(byte[] head, CancellationToken cancellationToken)
        {
            var read = await inner.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            _peeked = head.AsMemory(0, read);
            return read;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = Math.Min(buffer.Length, _peeked.Length);
            if (read > 0)
            {
                _peeked[..read].CopyTo(buffer);
                _peeked = _peeked[read..];
            }
            else
            {
                read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }

            Bytes += read;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }

    /// <summary>What comes out of an unpacker, up to its bounds: a few bytes can stand for any number.</summary>
    private sealed class UnpackedStream(Stream unpacker, CountedStream packed, string source, long most) : ForwardStream
    {
        private long _bytes;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read;
            try
            {
                read = await unpacker.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
            {
                throw ImportFault.Malformed(source, "what it is packed in is spoiled or cut", e);
            }

            _bytes += read;
            return _bytes > most || _bytes > ArchiveLimits.FreeBytes + (packed.Bytes * ArchiveLimits.MaxRatio)
                ? throw ImportFault.Refused(source, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{packed.Bytes} bytes of it unpack to more than {_bytes}"))
                : read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                unpacker.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
