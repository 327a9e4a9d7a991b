using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.GuestDaemon.Kernel;

/// <summary>Reads the names of a directory as the bytes that they are, a buffer at a time.</summary>
internal sealed class DirectoryEntries(SafeFileHandle directory)
{
    // struct linux_dirent64 (getdents64(2)): u64 inode, i64 offset, u16 record length, u8 type, name with a NUL behind it.
    private const int LengthOffset = 16;
    private const int NameOffset = 19;

    private readonly byte[] _buffer = new byte[32 * 1024];

    /// <summary>The next names, each with its NUL; empty at the end. <c>.</c> and <c>..</c> are left out.</summary>
    public List<byte[]> Next()
    {
        var names = new List<byte[]>();
        while (names.Count == 0)
        {
            var length = LinuxFile.ReadEntries(directory, _buffer);
            if (length == 0)
            {
                break;
            }

            for (var at = 0; at < length; at += BinaryPrimitives.ReadUInt16LittleEndian(_buffer.AsSpan(at + LengthOffset)))
            {
                var name = _buffer.AsSpan(at + NameOffset);
                name = name[..(name.IndexOf((byte)0) + 1)];
                if (!name.SequenceEqual(".\0"u8) && !name.SequenceEqual("..\0"u8))
                {
                    names.Add(name.ToArray());
                }
            }
        }

        return names;
    }
}
