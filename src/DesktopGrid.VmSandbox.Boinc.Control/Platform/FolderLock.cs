using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Boinc.Control.Platform;

/// <summary>
/// An exclusive lock on a folder, which goes with the process. On Unix the folder itself is locked (flock(2)), so that nobody needs to be allowed to write
/// into it and nothing is left there; on Windows a file of it that nobody else may open, and that is gone when it is closed.
/// </summary>
internal sealed partial class FolderLock : IDisposable
{
    private const string FileName = "vmsandbox_switch.lock";

    // LOCK_EX and LOCK_NB.
    private const int ExclusiveAtOnce = 2 | 4;

    // O_CLOEXEC; O_RDONLY is 0.
    private const int CloseOnLinux = 0x80000, CloseOnMacOS = 0x1000000;

    // EWOULDBLOCK.
    private const int HeldOnLinux = 11, HeldOnMacOS = 35;

    private readonly SafeFileHandle _handle;

    private FolderLock(SafeFileHandle handle) => _handle = handle;

    /// <summary>Takes it; null where another one holds it.</summary>
    /// <exception cref="IOException">The folder cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be.</exception>
    public static FolderLock? TryTake(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return TryTakeFile(Path.Combine(folder, FileName));
        }

        var handle = Open(folder, OperatingSystem.IsMacOS() ? CloseOnMacOS : CloseOnLinux);
        if (handle.IsInvalid)
        {
            handle.Dispose();
            throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
        }

        // A file system over a network may have no such locks: it goes without then.
        if (Lock(handle, ExclusiveAtOnce) != 0 && Marshal.GetLastPInvokeError() is HeldOnLinux or HeldOnMacOS)
        {
            handle.Dispose();
            return null;
        }

        return new FolderLock(handle);
    }

    public void Dispose() => _handle.Dispose();

    private static FolderLock? TryTakeFile(string path)
    {
        try
        {
            return new FolderLock(File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle file, int operation);
}
