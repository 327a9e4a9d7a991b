namespace DesktopGrid.VmSandbox.Packages;

/// <summary>What the directory of a zip archive says of a file.</summary>
/// <param name="Path">Its path, with forward slashes; a folder's ends with one.</param>
/// <param name="Name">The path's own bytes: different ones may read as the same text.</param>
/// <param name="Method">How it is packed: 0 not at all, 8 by deflate, others by other means.</param>
/// <param name="IsEncrypted">Whether a password is needed.</param>
/// <param name="Checksum">The CRC-32 of its bytes when unpacked.</param>
/// <param name="PackedLength">Bytes in the archive.</param>
/// <param name="Length">Bytes when unpacked.</param>
/// <param name="HeadOffset">Where its own head lies in the archive, behind which the bytes are.</param>
internal sealed record PackedFile(string Path, ReadOnlyMemory<byte> Name, int Method, bool IsEncrypted, long Checksum, long PackedLength, long Length, long HeadOffset)
{
    public bool IsFolder => Path.EndsWith('/');
}
