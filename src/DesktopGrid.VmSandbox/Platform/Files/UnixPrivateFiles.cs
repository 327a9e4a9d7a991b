using System.Runtime.Versioning;

namespace DesktopGrid.VmSandbox.Platform.Files;

/// <summary>By the modes of Unix.</summary>
/// <param name="lendsToMachines">Whether QEMU runs as a user of its own here: where this process is root.</param>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixPrivateFiles(bool lendsToMachines) : IPrivateFiles
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
}
