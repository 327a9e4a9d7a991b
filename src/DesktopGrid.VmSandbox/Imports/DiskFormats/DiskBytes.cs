using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Imports.DiskFormats;

/// <summary>The bytes of a disk's file, from which every structure is copied before it is looked at. Behind its end are zeros.</summary>
/// <param name="path">What it is called in a failure.</param>
/// <param name="file">The file, opened.</param>
internal sealed class DiskBytes(string path, SafeFileHandle file)
{
    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Bytes of it.</summary>
    public long Length { get; } = RandomAccess.GetLength(file);

    /// <summary>Copies so many bytes.</summary>
    /// <exception cref="Images.ImageException">They cannot be read.</exception>
    public byte[] Read(long offset, int count)
    {
        var bytes = new byte[count];
        try
        {
            for (var read = 0; read < count && offset >= 0 && RandomAccess.Read(file, bytes.AsSpan(read), offset + read) is > 0 and var more;)
            {
                read += more;
            }

            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ImportFault.Unreadable(path, e);
        }
    }

    public uint U32(long offset) => BinaryPrimitives.ReadUInt32LittleEndian(Read(offset, sizeof(uint)));

    public ulong U64(long offset) => BinaryPrimitives.ReadUInt64LittleEndian(Read(offset, sizeof(ulong)));

    /// <summary>Whether these bytes stand there.</summary>
    public bool Has(long offset, ReadOnlySpan<byte> bytes) => Read(offset, bytes.Length).AsSpan().SequenceEqual(bytes);
}
