namespace DesktopGrid.VmSandbox.Boinc.Platform;

/// <summary>
/// What a task says for people. On Unix the client has opened the slot's stderr.txt as standard error before the program starts; on Windows it has not
/// (client/app_start.cpp), and the application opens it itself, to be appended to.
/// </summary>
internal static class TaskErrorFile
{
    private const string Name = "stderr.txt";

    /// <summary>Opens it; where it cannot be, standard error is what there is.</summary>
    public static TextWriter Open(string slot)
    {
        if (!OperatingSystem.IsWindows())
        {
            return Console.Error;
        }

        try
        {
            return new StreamWriter(new FileStream(Path.Combine(slot, Name), FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Console.Error;
        }
    }
}
