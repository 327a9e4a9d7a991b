using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Platform.Files;

/// <summary>By the modes of Unix.</summary>
/// <param name="lendsToMachines">Whether QEMU runs as a user of its own here: where this process is root.</param>
[UnsupportedOSPlatform("windows")]
internal sealed partial class UnixPrivateFiles(bool lendsToMachines) : IPrivateFiles
{
    private const UnixFileMode Folder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passage = Folder | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // stat(2): st_blocks counts in these on Linux and macOS, whatever the file system's own blocks are.
    private const int BlockSize = 512;
    // statx(2): the same structure on every processor; stx_blocks. AT_FDCWD, STATX_BLOCKS.
    private const int BlocksOfStatX = 48, CurrentFolder = -100;
    private const uint BlocksMask = 0x400;
    // O_CLOEXEC of fcntl.h: a QEMU that is started meanwhile must not have a way to a folder. On Linux the same on x86-64 and ARM.
    private const int CloseOnExecOfLinux = 0x80000, CloseOnExecOfMacOS = 0x1000000;
    // sys/fcntl.h of macOS: F_FULLFSYNC.
    private const int FullSynchronize = 51;
    // sys/stat.h of macOS with 64-bit inodes: st_blocks.
    private const int BlocksOfMacOS = 104;

    public void MakeFolder(string path, bool isPassage)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        if (Path.GetDirectoryName(path) is { Length: > 0 } above)
        {
            Directory.CreateDirectory(above);
        }

        var mode = isPassage && lendsToMachines ? Passage : Folder;
        Directory.CreateDirectory(path, mode);
        // The mask of new files may have taken the passage away.
        File.SetUnixFileMode(path, mode);
    }

    public void MakeFile(string path)
    {
        if (!File.Exists(path))
        {
            using var made = new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        }
    }

    public void MakeSparseFile(string path, long length)
    {
        MakeFile(path);
        using var made = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        try
        {
            RandomAccess.SetLength(made, length);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // So .NET calls a file system's own refusal of a length.
            throw new IOException(e.Message, e);
        }
    }

    public void Flush(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    public void MoveDurably(string source, string target)
    {
        File.Move(source, target, overwrite: true);
        FlushFolder(Path.GetDirectoryName(target)!);
    }

    /// <summary>
    /// fsync(2) takes a descriptor that was opened for reading as well, and writes what anybody wrote: of a file that QEMU has open nothing but that is asked.
    /// .NET itself takes fcntl(2)'s F_FULLFSYNC on macOS, and fsync where a file system there knows none.
    /// </summary>
    public void FlushFile(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.FlushToDisk(file);
    }

    public void FlushFolder(string path)
    {
        var folder = Open(path, OperatingSystem.IsMacOS() ? CloseOnExecOfMacOS : CloseOnExecOfLinux);
        if (folder < 0)
        {
            throw Fault(path);
        }

        try
        {
            if (!IsWritten(folder))
            {
                throw Fault(path);
            }
        }
        finally
        {
            _ = Close(folder);
        }
    }

    public unsafe long AllocatedBytes(string path)
    {
        // More than either structure has.
        const int room = 512;
        var buffer = stackalloc byte[room];
        var (result, blocks) = OperatingSystem.IsLinux() ? (StatX(CurrentFolder, path, 0, BlocksMask, buffer), BlocksOfStatX)
            : RuntimeInformation.ProcessArchitecture == Architecture.X64 ? (StatInode64(path, buffer), BlocksOfMacOS)
            : (Stat(path, buffer), BlocksOfMacOS);
        if (result != 0)
        {
            var number = Marshal.GetLastPInvokeError();
            throw new IOException($"The size of {path} on the disk cannot be asked: {Marshal.GetPInvokeErrorMessage(number)}", number);
        }

        return *(long*)(buffer + blocks) * BlockSize;
    }

    /// <summary>
    /// fsync(2) of macOS: "the disk drive may also not physically write the data to the platters for quite some time [...] For applications that require
    /// tighter guarantees [...] use F_FULLFSYNC". A file system that knows none of it, such as one in the network, takes what there is.
    /// </summary>
    private static bool IsWritten(int descriptor) => (OperatingSystem.IsMacOS() && Control(descriptor, FullSynchronize) >= 0) || Synchronize(descriptor) == 0;

    private static IOException Fault(string folder)
    {
        var number = Marshal.GetLastPInvokeError();
        // The number as .NET itself gives it, so that a full disk is known (DiskFull).
        return new IOException($"The folder {folder} cannot be written to the disk: {Marshal.GetPInvokeErrorMessage(number)}", number);
    }

    // open(2), beside the flag with O_RDONLY, which is 0 on every Unix; fsync(2): a name is durable when its folder is. .NET opens no folders.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronize(int descriptor);

    // fcntl(2) of macOS. What it takes beyond these two differs in how it is handed over, and F_FULLFSYNC takes nothing.
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int StatX(int folder, string path, int flags, uint mask, byte* result);

    // On Intel the plain name means the old structure with 32-bit inodes.
    [LibraryImport("libc", EntryPoint = "stat$INODE64", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int StatInode64(string path, byte* result);

    [LibraryImport("libc", EntryPoint = "stat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Stat(string path, byte* result);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
