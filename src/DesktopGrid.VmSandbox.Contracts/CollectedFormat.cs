using System.Buffers.Binary;

namespace DesktopGrid.VmSandbox.Contracts;

/// <summary>
/// How the files of the work directory lie on the output disk, from its first byte on: a flat stream that a bounded reader takes apart, so
/// that the host needs to know no file system. All numbers are little-endian.
/// <code>
/// head   8 bytes magic, u32 files that were asked for, u32 zero
/// file   u32 number, u32 status, u64 length       length is 0 unless the status is File
///        length bytes, u64 bytes that the file really had                      only where the status is File
/// end    u32 0xFFFFFFFF, u32 files that were told, u64 their lengths together
/// zeros  to a multiple of Alignment
/// </code>
/// Files are numbered as they were asked for, from 0, each told once; after one that is <see cref="CollectedStatus.TooLarge"/> comes the end. A
/// file that shrinks while it is read is filled up with zeros, and the number behind its bytes is smaller than its length.
/// </summary>
public static class CollectedFormat
{
    /// <summary>Bytes of the head.</summary>
    public const int HeadLength = 16;
    /// <summary>Bytes before the content of a file; the end has as many.</summary>
    public const int FileHeadLength = 16;
    /// <summary>Bytes behind the content of a file.</summary>
    public const int FileTailLength = 8;
    /// <summary>The stream's length is a multiple of this: a disk's block.</summary>
    public const int Alignment = 4096;
    /// <summary>Stands in place of a number at the end.</summary>
    public const uint EndNumber = uint.MaxValue;

    /// <summary>The first 8 bytes.</summary>
    public static ReadOnlySpan<byte> Magic => "VMSBULK1"u8;

    /// <summary>The length of a stream.</summary>
    /// <param name="files">How many files are told.</param>
    /// <param name="bytes">Bytes of their contents together.</param>
    /// <returns>Bytes, a multiple of <see cref="Alignment"/>.</returns>
    public static long LengthOf(int files, long bytes)
    {
        var length = HeadLength + ((long)files * (FileHeadLength + FileTailLength)) + bytes + FileHeadLength;
        return (length + Alignment - 1) / Alignment * Alignment;
    }

    /// <summary>Writes the head.</summary>
    /// <param name="destination">At least <see cref="HeadLength"/> bytes.</param>
    /// <param name="files">Files that were asked for.</param>
    public static void WriteHead(Span<byte> destination, int files)
    {
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], (uint)files);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], 0);
    }

    /// <summary>Reads the head.</summary>
    /// <param name="source">At least <see cref="HeadLength"/> bytes.</param>
    /// <param name="files">Files that were asked for.</param>
    /// <returns>Whether it is the head of a stream with this number.</returns>
    public static bool IsHead(ReadOnlySpan<byte> source, int files) =>
        source.StartsWith(Magic) && BinaryPrimitives.ReadUInt32LittleEndian(source[8..]) == (uint)files && BinaryPrimitives.ReadUInt32LittleEndian(source[12..]) == 0;

    /// <summary>Writes what stands before a file's content, or the end.</summary>
    /// <param name="destination">At least <see cref="FileHeadLength"/> bytes.</param>
    /// <param name="number">The file's number, or <see cref="EndNumber"/>.</param>
    /// <param name="status">Its <see cref="CollectedStatus"/>, or how many files were told.</param>
    /// <param name="length">Its length, or that of all.</param>
    public static void WriteFileHead(Span<byte> destination, uint number, uint status, long length)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, number);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], status);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], length);
    }

    /// <summary>Reads what stands before a file's content, or the end.</summary>
    /// <param name="source">At least <see cref="FileHeadLength"/> bytes.</param>
    /// <returns>Its three numbers, as <see cref="WriteFileHead"/> has written them.</returns>
    public static (uint Number, uint Status, long Length) ReadFileHead(ReadOnlySpan<byte> source) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(source), BinaryPrimitives.ReadUInt32LittleEndian(source[4..]), BinaryPrimitives.ReadInt64LittleEndian(source[8..]));

    /// <summary>Writes what stands behind a file's content.</summary>
    /// <param name="destination">At least <see cref="FileTailLength"/> bytes.</param>
    /// <param name="bytes">Bytes that the file really had.</param>
    public static void WriteFileTail(Span<byte> destination, long bytes) => BinaryPrimitives.WriteInt64LittleEndian(destination, bytes);

    /// <summary>Reads what stands behind a file's content.</summary>
    /// <param name="source">At least <see cref="FileTailLength"/> bytes.</param>
    /// <returns>Bytes that the file really had.</returns>
    public static long ReadFileTail(ReadOnlySpan<byte> source) => BinaryPrimitives.ReadInt64LittleEndian(source);
}

/// <summary>What became of a file that was asked for.</summary>
public enum CollectedStatus
{
    /// <summary>It follows.</summary>
    File = 0,
    /// <summary>There is none of this name.</summary>
    Missing = 1,
    /// <summary>It is no regular file, or lies behind a link.</summary>
    Refused = 2,
    /// <summary>With it the files would pass their limit together.</summary>
    TooLarge = 3,
    /// <summary>The guest's kernel could not read it.</summary>
    Unreadable = 4,
}
