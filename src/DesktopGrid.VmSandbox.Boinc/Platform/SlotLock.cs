using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Boinc.Platform;

/// <summary>
/// The lock that says that an application runs in a slot (lib/filesys.cpp, FILE_LOCK): on Unix a write lock of POSIX over the whole file, on Windows a
/// file that nobody else may open. It goes with the process; an orderly end removes the file too.
/// </summary>
internal sealed partial class SlotLock : IDisposable
{
    // F_TLOCK of lockf(3): "test and lock"; the same number on Linux and macOS. It locks as fcntl(2) does, which is what BOINC's library uses; and
    // unlike that it is no function with a variable list of arguments, which .NET cannot call on every processor.
    private const int TryLock = 2;

    private readonly SafeFileHandle _file;
    private readonly string _path;

    private SlotLock(SafeFileHandle file, string path) => (_file, _path) = (file, path);

    /// <summary>Takes it; null where another process holds it.</summary>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be.</exception>
    public static SlotLock? TryTake(string path)
    {
        RegularFile.Demand(path);
        SafeFileHandle file;
        try
        {
            // On Unix .NET would add a lock of its own (flock) to a file that is not shared; BOINC's library would not see it.
            file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, OperatingSystem.IsWindows() ? FileShare.None : FileShare.ReadWrite | FileShare.Delete);
        }
        catch (IOException) when (OperatingSystem.IsWindows() && File.Exists(path))
        {
            return null;
        }

        if (OperatingSystem.IsWindows() || Lock(file, TryLock, 0) == 0)
        {
            return new SlotLock(file, path);
        }

        file.Dispose();
        return null;
    }

    /// <summary>Gives it back, and removes its file.</summary>
    public void Dispose()
    {
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                File.Delete(_path);
            }

            _file.Dispose();
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever comes next takes it as it is.
        }
    }

    [LibraryImport("libc", EntryPoint = "lockf", SetLastError = true)]
    private static partial int Lock(SafeFileHandle file, int command, nint length);
}
