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

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
