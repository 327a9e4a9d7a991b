using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Boinc.Platform;

/// <summary>
/// Opens files where others may put what they like: a pipe would hold whoever opens it until somebody writes, and a device has no end. What is no ordinary
/// file is refused at once.
/// </summary>
internal static partial class RegularFile
{
    // O_NONBLOCK and O_CLOEXEC; O_RDONLY is 0. It changes nothing for an ordinary file.
    private const int OnLinux = 0x800 | 0x80000, OnMacOS = 0x4 | 0x1000000;

    // The same numbers on Linux and macOS. ENXIO is the answer of a socket.
    private const int NotPermitted = 1, NoSuchFile = 2, NoSuchDevice = 6, AccessDenied = 13;

    /// <summary>Opens it for reading; others may write, rename and remove it meanwhile. A link is followed.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It is no ordinary file, or cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileStream OpenRead(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        }

        // A zero would end the name for the system and not for us; this refuses it.
        var handle = Open(Path.GetFullPath(path), OperatingSystem.IsMacOS() ? OnMacOS : OnLinux);
        if (handle.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            handle.Dispose();
            throw Refused(path, error);
        }

        try
        {
            if (!IsRegular(handle))
            {
                throw Odd();
            }

            return new FileStream(handle, FileAccess.Read, bufferSize: 1);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Refuses what is there and is no ordinary file, a link too; for those who open by name what is theirs.</summary>
    /// <exception cref="IOException">It is none.</exception>
    public static void Demand(string path)
    {
        if (FileFacts.Of(path) is { IsRegular: false })
        {
            throw Odd();
        }
    }

    /// <summary>Where the system does not say of which kind it is, an ordinary file is one that has a position.</summary>
    private static bool IsRegular(SafeFileHandle handle)
    {
        if (FileFacts.Of(handle) is { } facts)
        {
            return facts.IsRegular;
        }

        return !File.GetAttributes(handle).HasFlag(FileAttributes.Directory) && Seek(handle, 0, 1) >= 0;
    }

    private static Exception Refused(string path, int error) => error switch
    {
        NoSuchFile => new FileNotFoundException($"There is no {path}.", path),
        NotPermitted or AccessDenied => new UnauthorizedAccessException($"this user may not read {path}"),
        NoSuchDevice => Odd(),
        _ => new IOException(Marshal.GetPInvokeErrorMessage(error)),
    };

    private static IOException Odd() => new("it is no ordinary file");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(SafeFileHandle file, long offset, int from);
}
