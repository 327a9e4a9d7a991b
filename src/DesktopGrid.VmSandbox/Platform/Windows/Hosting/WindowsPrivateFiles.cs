using DesktopGrid.VmSandbox.Platform.Files;

namespace DesktopGrid.VmSandbox.Platform.Windows.Hosting;

/// <summary>
/// By inheritance: the default place of a store lies below the user's own profile, which no other user but an administrator may enter, and
/// what is made there inherits that. A store that is put elsewhere has the rights of the folder that its owner has chosen.
/// </summary>
internal sealed class WindowsPrivateFiles : IPrivateFiles
{
    public void MakeFolder(string path, bool isPassage) => Directory.CreateDirectory(path);

    public void MakeFile(string path)
    {
        if (!File.Exists(path))
        {
            using var made = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        }
    }
}
