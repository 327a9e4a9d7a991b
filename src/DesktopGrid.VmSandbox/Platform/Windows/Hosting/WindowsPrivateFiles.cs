using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Files;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Platform.Windows.Hosting;

/// <summary>
/// By inheritance: the default place of a store lies below the user's own profile, which no other user but an administrator may enter, and
/// what is made there inherits that. A store that is put elsewhere has the rights of the folder that its owner has chosen.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed partial class WindowsPrivateFiles : IPrivateFiles
{
    /// <summary>FSCTL_SET_SPARSE.</summary>
    private const uint SetSparse = 0x900C4;

    public void MakeFolder(string path, bool isPassage) => Directory.CreateDirectory(path);

    public void MakeFile(string path)
    {
        if (!File.Exists(path))
        {
            using var made = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        }
    }

    public void MakeSparseFile(string path, long length)
    {
        MakeFile(path);
        using var made = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        // NTFS takes the space of a longer file at once, unless it is told before.
        if (!DeviceIoControl(made, SetSparse, 0, 0, 0, 0, out _, 0))
        {
            throw new IOException($"{path} cannot be made a sparse file: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetHRForLastWin32Error());
        }

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
        // MoveFileExW, "The function does not return until the file is actually moved on the disk": .NET's own move does not wait for that.
        const uint replaceExisting = 1, writeThrough = 8;
        if (!MoveFile(source, target, replaceExisting | writeThrough))
        {
            throw new IOException($"{source} cannot be moved to {target}: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetHRForLastWin32Error());
        }
    }

    /// <summary>
    /// FlushFileBuffers, as .NET calls it: "The file handle must have the GENERIC_WRITE access right." QEMU opens a disk that it writes with FILE_SHARE_READ
    /// alone (block/file-win32.c), and CreateFileW then refuses whoever else asks for writing, with ERROR_SHARING_VIOLATION: no second handle can flush it.
    /// QEMU has done so itself, by FlushFileBuffers on its own handle, before its snapshot was reported.
    /// </summary>
    public void FlushFile(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.FlushToDisk(file);
        }
        catch (IOException e) when (FileInUse.Is(e))
        {
            // As said above.
        }
    }

    /// <summary>
    /// Nothing: FlushFileBuffers names files and volumes, the latter for administrators, and no folders. NTFS writes names to its log in their order; what has
    /// to be there at a certain moment is moved to its name (<see cref="MoveDurably"/>).
    /// </summary>
    public void FlushFolder(string path)
    {
    }

    public long AllocatedBytes(string path)
    {
        const uint invalid = 0xFFFFFFFF;
        var low = GetCompressedFileSize(path, out var high);
        // "If the return value is INVALID_FILE_SIZE": then only the last error tells whether it is one.
        return low == invalid && Marshal.GetLastPInvokeError() != 0
            ? throw new IOException($"The size of {path} on the disk cannot be asked: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetHRForLastWin32Error())
            : ((long)high << 32) + low;
    }

    [LibraryImport("kernel32", EntryPoint = "GetCompressedFileSizeW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial uint GetCompressedFileSize(string path, out uint high);

    [LibraryImport("kernel32", EntryPoint = "MoveFileExW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool MoveFile(string source, string target, uint flags);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool DeviceIoControl(SafeFileHandle device, uint code, nint input, uint inputLength, nint output, uint outputLength, out uint returned, nint overlapped);
}
