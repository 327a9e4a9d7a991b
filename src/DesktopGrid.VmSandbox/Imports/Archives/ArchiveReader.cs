using DesktopGrid.VmSandbox.Images;

namespace DesktopGrid.VmSandbox.Imports.Archives;

/// <summary>Reads a tar archive from its beginning to its end, and judges each entry by itself. Holds nothing but the entry in hand.</summary>
/// <param name="archive">Its bytes, unpacked.</param>
/// <param name="source">What it is called in a failure.</param>
internal sealed class ArchiveReader(Stream archive, string source)
{
    private const int DrainSize = 64 * 1024;
    // The last second of 2155, which is the last year that a directory of the disk can tell.
    private static readonly long _latest = new DateTimeOffset(2155, 12, 31, 23, 59, 59, TimeSpan.Zero).ToUnixTimeSeconds();

    private readonly byte[] _block = new byte[DrainSize];
    private long _left;
    private int _padding;

    /// <summary>How many bytes of the archive are behind the reader: where the bytes of the entry in hand begin.</summary>
    public long Position { get; private set; }

    /// <summary>The bytes of the entry in hand.</summary>
    public Stream Content => new EntryStream(this);

    /// <summary>Goes on to the next entry; null at the end, behind which nothing is left to read.</summary>
    /// <exception cref="ImageException">The archive is damaged or cut, or the entry is one that is never taken.</exception>
    public async Task<ArchiveEntry?> NextAsync(CancellationToken cancellationToken)
    {
        await SkipAsync(_left + _padding, cancellationToken).ConfigureAwait(false);
        (_left, _padding) = (0, 0);
        var attributes = new TarAttributes();
        while (true)
        {
            await FillAsync(_block.AsMemory(0, TarHeader.BlockSize), cancellationToken).ConfigureAwait(false);
            if (TarHeader.IsEnd(_block.AsSpan(0, TarHeader.BlockSize)))
            {
                await DrainAsync(cancellationToken).ConfigureAwait(false);
                return null;
            }

            var header = TarHeader.Parse(_block.AsSpan(0, TarHeader.BlockSize)) ?? throw ImportFault.Malformed(source, "a header of an entry is none");
            switch (header.Type)
            {
                case 'x':
                    attributes = attributes.With(source, await ExtensionAsync(header, cancellationToken).ConfigureAwait(false));
                    break;
                case 'L':
                    attributes = attributes with { Path = LongName(await ExtensionAsync(header, cancellationToken).ConfigureAwait(false)) };
                    break;
                case 'K':
                    attributes = attributes with { Target = LongName(await ExtensionAsync(header, cancellationToken).ConfigureAwait(false)) };
                    break;
                case 'g' or 'V':
                    // Remarks about the archive as a whole.
                    await ExtensionAsync(header, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    return Begin(header, attributes);
            }
        }
    }

    /// <summary>The refusal of a file with holes: the form has several forms, and a few bytes of each stand for any number.</summary>
    public static ImageException Sparse(string archive) =>
        ImportFault.Unsuitable(archive, "it has an entry with holes (a sparse file)", "Pack it again without tar's option --sparse.");

    private ArchiveEntry Begin(TarHeader header, TarAttributes attributes)
    {
        var name = attributes.Path ?? EntryName.Decode(source, header.Name);
        var path = EntryName.Judge(source, name);
        var kind = header.Type switch
        {
            // The form of Unix 7 knows a folder by its name's end.
            '0' or '\0' or '7' => name.EndsWith('/') ? ArchiveEntryKind.Folder : ArchiveEntryKind.File,
            '1' => ArchiveEntryKind.HardLink,
            '2' => ArchiveEntryKind.Link,
            '5' => ArchiveEntryKind.Folder,
            '3' or '4' => throw ImportFault.Refused(source, $"its entry {ImportFault.Quote(name)} is a device", "A guest has its own devices: pack it again without them, as with tar --exclude=./dev/*."),
            '6' => throw ImportFault.Refused(source, $"its entry {ImportFault.Quote(name)} is a pipe"),
            'S' => throw Sparse(source),
            _ => throw ImportFault.Refused(source, $"its entry {ImportFault.Quote(name)} is of a kind that is not known"),
        };
        if (path.Length == 0 && kind != ArchiveEntryKind.Folder)
        {
            throw ImportFault.Refused(source, $"its entry {ImportFault.Quote(name)} has no name");
        }

        var length = kind == ArchiveEntryKind.File ? attributes.Size ?? header.Size : 0;
        if (length is < 0 or > long.MaxValue - TarHeader.BlockSize)
        {
            throw ImportFault.Malformed(source, "it has an entry of an impossible size");
        }

        (_left, _padding) = (length, (int)(-length & (TarHeader.BlockSize - 1)));
        var target = kind switch
        {
            ArchiveEntryKind.Link => EntryName.JudgeTarget(source, name, attributes.Target ?? EntryName.Decode(source, header.Target)),
            ArchiveEntryKind.HardLink => EntryName.Judge(source, attributes.Target ?? EntryName.Decode(source, header.Target)),
            _ => null,
        };
        return new ArchiveEntry(kind, path, header.Mode, DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(attributes.Time ?? header.Time, 0, _latest)), length, target);
    }

    private async Task<byte[]> ExtensionAsync(TarHeader header, CancellationToken cancellationToken)
    {
        if (header.Size > ArchiveLimits.MaxExtensionBytes)
        {
            throw ImportFault.Refused(source, $"it has attributes of {header.Size} bytes");
        }

        var bytes = new byte[header.Size];
        await FillAsync(bytes, cancellationToken).ConfigureAwait(false);
        await SkipAsync(-header.Size & (TarHeader.BlockSize - 1), cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    private string LongName(ReadOnlySpan<byte> bytes) => EntryName.Decode(source, bytes.TrimEnd((byte)0));

    private async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var wanted = buffer[..(int)Math.Min(buffer.Length, _left)];
        var read = wanted.IsEmpty ? 0 : await archive.ReadAsync(wanted, cancellationToken).ConfigureAwait(false);
        _left -= read;
        Position += read;
        return read > 0 || wanted.IsEmpty ? read : throw Cut();
    }

    private async Task SkipAsync(long bytes, CancellationToken cancellationToken)
    {
        if (archive.CanSeek)
        {
            (archive.Position, Position) = bytes <= archive.Length - archive.Position ? (archive.Position + bytes, Position + bytes) : throw Cut();
            return;
        }

        while (bytes > 0)
        {
            var part = (int)Math.Min(bytes, _block.Length);
            await FillAsync(_block.AsMemory(0, part), cancellationToken).ConfigureAwait(false);
            bytes -= part;
        }
    }

    private async Task FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (await archive.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < buffer.Length)
        {
            throw Cut();
        }

        Position += buffer.Length;
    }

    /// <summary>To the last byte, so that whoever hashes or unpacks below has seen them all.</summary>
    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (await archive.ReadAsync(_block, cancellationToken).ConfigureAwait(false) > 0)
        {
        }
    }

    private ImageException Cut() => ImportFault.Malformed(source, "it ends too early");

    private sealed class EntryStream(ArchiveReader reader) : ForwardStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => reader.ReadAsync(buffer, cancellationToken);
    }
}
