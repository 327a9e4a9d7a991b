using System.Buffers.Binary;
using System.Text;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;

namespace DesktopGrid.VmSandbox.Images;

/// <summary>
/// Writes an empty qcow2 overlay (QEMU, docs/interop/qcow2.txt): header, reference table, one reference block, and a cluster table without
/// entries. Four clusters, written at once, instead of a tool's process.
/// </summary>
internal static class OverlayWriter
{
    private const int ClusterBits = 16, Cluster = 1 << ClusterBits;
    private const int HeaderLength = 104;
    private const int ReferenceTable = Cluster, ReferenceBlock = 2 * Cluster, ClusterTable = 3 * Cluster, Length = 4 * Cluster;
    // One entry of the cluster table leads to 8,192 clusters.
    private const long BytesPerEntry = 8192L * Cluster;

    /// <summary>Writes a new file; fails where one is.</summary>
    /// <exception cref="ImageException">The size or the name cannot be written.</exception>
    /// <exception cref="Platform.PlatformException">The disk is full or the folder cannot be written.</exception>
    public static void Write(string path, string backingFile, string backingFormat, long virtualSize)
    {
        var name = Encoding.UTF8.GetBytes(backingFile);
        var entries = (virtualSize + BytesPerEntry - 1) / BytesPerEntry;
        if (virtualSize is <= 0 or > Qcow2Header.MaxVirtualSize || entries * 8 > Cluster || name.Length is 0 or > 1023)
        {
            throw new ImageException(SandboxErrorCode.ImageRefused, $"An overlay of {virtualSize} bytes over \"{backingFile}\" cannot be made.") { Path = path };
        }

        var bytes = new byte[Length];
        var format = Encoding.ASCII.GetBytes(backingFormat);
        var nameOffset = HeaderLength + 8 + ((format.Length + 7) & ~7) + 8;
        WriteHeader(bytes, nameOffset, name.Length, virtualSize, (int)entries);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(HeaderLength), 0xe2792aca);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(HeaderLength + 4), format.Length);
        format.CopyTo(bytes.AsSpan(HeaderLength + 8));
        name.CopyTo(bytes.AsSpan(nameOffset));
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(ReferenceTable), ReferenceBlock);
        for (var cluster = 0; cluster < Length / Cluster; cluster++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(ReferenceBlock + (2 * cluster)), 1);
        }

        try
        {
            // It may be there already, empty, with its owner's rights; never with anything in it.
            using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
            if (file.Length > 0)
            {
                throw new IOException("there is a file of that name.");
            }

            file.Write(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, $"The overlay {path} cannot be made");
        }
    }

    private static void WriteHeader(Span<byte> header, int nameOffset, int nameLength, long virtualSize, int entries)
    {
        BinaryPrimitives.WriteUInt32BigEndian(header, 0x514649fb);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], 3);
        BinaryPrimitives.WriteInt64BigEndian(header[8..], nameOffset);
        BinaryPrimitives.WriteInt32BigEndian(header[16..], nameLength);
        BinaryPrimitives.WriteInt32BigEndian(header[20..], ClusterBits);
        BinaryPrimitives.WriteInt64BigEndian(header[24..], virtualSize);
        BinaryPrimitives.WriteInt32BigEndian(header[36..], entries);
        BinaryPrimitives.WriteInt64BigEndian(header[40..], ClusterTable);
        BinaryPrimitives.WriteInt64BigEndian(header[48..], ReferenceTable);
        BinaryPrimitives.WriteInt32BigEndian(header[56..], 1);
        // 2^4 = 16 bits a reference count.
        BinaryPrimitives.WriteInt32BigEndian(header[96..], 4);
        BinaryPrimitives.WriteInt32BigEndian(header[100..], HeaderLength);
    }
}
