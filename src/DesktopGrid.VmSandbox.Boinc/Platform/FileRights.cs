namespace DesktopGrid.VmSandbox.Boinc.Platform;

/// <summary>What the file system says of who may run a file.</summary>
internal static class FileRights
{
    /// <summary>Whether its owner may run it. Windows has no such right: there, what is to be run is named by the job alone.</summary>
    public static bool IsExecutable(string path) => !OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != 0;

    /// <summary>For this user to run.</summary>
    public static void LetRun(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
