using System.Runtime.InteropServices;
using System.Runtime.Versioning;

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

    public void MoveDurably(string source, string target)
    {
        File.Move(source, target, overwrite: true);
        var folder = Open(Path.GetDirectoryName(target)!, 0);
        if (folder < 0)
        {
            throw Fault(target);
        }

        try
        {
            if (Synchronize(folder) != 0)
            {
                throw Fault(target);
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

    private static IOException Fault(string target)
    {
        var number = Marshal.GetLastPInvokeError();
        // The number as .NET itself gives it, so that a full disk is known (DiskFull).
        return new IOException($"The folder of {target} cannot be written to the disk: {Marshal.GetPInvokeErrorMessage(number)}", number);
    }

    // open(2) with O_RDONLY, which is 0 on every Unix; fsync(2): a name is durable when its folder is. .NET opens no folders.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronize(int descriptor);

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
