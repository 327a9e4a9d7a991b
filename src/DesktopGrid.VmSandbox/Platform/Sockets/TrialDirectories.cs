namespace DesktopGrid.VmSandbox.Platform.Sockets;

/// <summary>
/// Directories that belong to no machine: of a QEMU that is asked for its abilities, or proves an accelerator. They carry a name of their own,
/// so that what a killed host has left of them can be told from the machines of other stores.
/// </summary>
internal static class TrialDirectories
{
    private const string Prefix = "trial-";

    /// <summary>A name that no other trial has, short as a socket's path must be.</summary>
    public static string NewName() => $"{Prefix}{Guid.NewGuid():N}"[..18];

    /// <summary>Removes those below a root that are older. What cannot be removed is the next one's to try.</summary>
    public static void Sweep(string root, DateTimeOffset before)
    {
        try
        {
            foreach (var folder in new DirectoryInfo(root).EnumerateDirectories($"{Prefix}*").Where(folder => folder.CreationTimeUtc < before.UtcDateTime))
            {
                folder.Delete(recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing was ever made there, or another host sweeps at this moment.
        }
    }
}
