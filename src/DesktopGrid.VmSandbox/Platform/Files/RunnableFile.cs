namespace DesktopGrid.VmSandbox.Platform.Files;

/// <summary>The right to run a file, which neither a NuGet package nor a copy by way of Windows keeps.</summary>
internal static class RunnableFile
{
    private const UnixFileMode Run = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Gives the right to whoever may read the file. One that is another user's stays as it is: the start that needs it will say so.</summary>
    public static void Allow(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        try
        {
            var mode = File.GetUnixFileMode(path);
            // The three rights to run lie two bits below those to read.
            var wanted = mode | ((UnixFileMode)((int)mode >> 2) & Run);
            if (wanted != mode)
            {
                File.SetUnixFileMode(path, wanted);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
