namespace DesktopGrid.VmSandbox.GuestDaemon.Kernel;

/// <summary>
/// A program that is root in a user namespace of its own reaches parts of the kernel that only root reaches. None of ours needs one
/// (user_namespaces(7), /proc/sys/user).
/// </summary>
internal static class UserNamespaces
{
    private const string Limit = "/proc/sys/user/max_user_namespaces";

    public static void Forbid()
    {
        try
        {
            File.WriteAllText(Limit, "0");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A kernel without user namespaces has no such limit.
            DaemonLog.Write($"{Limit} cannot be set: {e.Message}");
        }
    }
}
