using System.Buffers.Binary;
using DesktopGrid.VmSandbox.Images;

namespace DesktopGrid.VmSandbox.Tests.Images;

/// <summary>The bytes of a good overlay, made by the library's own writer, to be spoiled place by place (QEMU, docs/interop/qcow2.txt).</summary>
internal sealed class Qcow2Bytes
{
    public const int Magic = 0, Version = 4, NameOffset = 8, NameLength = 16, ClusterBits = 20, Size = 24, Encryption = 32, FirstLevelEntries = 36, FirstLevelOffset = 40,
        ReferenceOffset = 48, ReferenceClusters = 56, Snapshots = 60, Incompatible = 72, ReferenceOrder = 96, HeaderLength = 100, Extensions = 104;

    private Qcow2Bytes(byte[] bytes) => Bytes = bytes;

    public byte[] Bytes { get; private set; }

    /// <summary>An overlay of a gigabyte over the given file.</summary>
    public static Qcow2Bytes Overlay(string backingFile = "base.qcow2", string backingFormat = "qcow2")
    {
        using var folder = new TemporaryFolder();
        OverlayWriter.Write(folder.File("x"), backingFile, backingFormat, 1 << 30);
        return new Qcow2Bytes(File.ReadAllBytes(folder.File("x")));
    }

    /// <summary>A disk that stands alone.</summary>
    public static Qcow2Bytes Base() => Overlay().U64(NameOffset, 0).U32(NameLength, 0);

    public Qcow2Bytes U32(int offset, uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Bytes.AsSpan(offset), value);
        return this;
    }

    public Qcow2Bytes U64(int offset, ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Bytes.AsSpan(offset), value);
        return this;
    }

    public Qcow2Bytes Cut(int length)
    {
        Bytes = Bytes[..length];
        return this;
    }

    public string WriteTo(string path)
    {
        File.WriteAllBytes(path, Bytes);
        return path;
    }
}
