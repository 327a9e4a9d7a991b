using System.Runtime.InteropServices;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.GuestDaemon.Disks;

/// <summary>A disk of the machine as a row of bytes.</summary>
internal sealed partial class BlockDevice : IDisposable
{
    // open(2), x86-64.
    private const int WriteOnly = 1, Direct = 0x4000;
    // linux/fs.h: BLKGETSIZE64 is _IOR(0x12, 114, size_t), BLKFLSBUF _IO(0x12, 97).
    private const nuint GetSize = 0x80081272, DropBuffers = 0x1261;

    private readonly string _path;
    private readonly SafeFileHandle _handle;

    private BlockDevice(string path, int flags)
    {
        _path = path;
        var result = Open(path, flags | LinuxFile.CloseOnExec);
        _handle = result >= 0 ? new SafeFileHandle(result, ownsHandle: true) : throw LinuxError.Last(path);
    }

    /// <summary>Bytes, as the kernel has heard of them when it found the disk. In a guest that was cloned they are the template's.</summary>
    public long Capacity
    {
        get
        {
            long bytes = 0;
            return Control(_handle, GetSize, ref bytes) == 0 ? bytes : throw LinuxError.Last(_path);
        }
    }

    public static BlockDevice OpenToRead(string path) => new(path, LinuxFile.ReadOnly);

    /// <summary>Past the guest's own cache: what is written is written once, and the host sees it when the call returns.</summary>
    public static BlockDevice OpenToWrite(string path) => new(path, WriteOnly | Direct);

    /// <summary>Forgets what was read of the disk, which may have been another one when the template was taken.</summary>
    public void DropCache()
    {
        long none = 0;
        if (Control(_handle, DropBuffers, ref none) != 0)
        {
            throw LinuxError.Last(_path);
        }
    }

    /// <summary>Writes whole blocks from memory that is aligned to them.</summary>
    public void Write(ReadOnlySpan<byte> blocks, long offset)
    {
        while (!blocks.IsEmpty)
        {
            var written = WriteAt(_handle, blocks, (nuint)blocks.Length, offset);
            if (written <= 0)
            {
                throw LinuxError.Last(_path);
            }

            blocks = blocks[(int)written..];
            offset += written;
        }
    }

    public void Dispose() => _handle.Dispose();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle device, nuint request, ref long value);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    private static partial nint WriteAt(SafeFileHandle device, ReadOnlySpan<byte> bytes, nuint count, long offset);
}
