namespace DesktopGrid.VmSandbox.Platform.Files;

/// <summary>
/// Tells a file that somebody else has opened for itself from other failures, by the operating system's own number (see <see cref="DiskFull"/>).
/// </summary>
internal static class FileInUse
{
    // EWOULDBLOCK of flock(2), which .NET takes for FileShare.None; ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION.
    private const int WouldBlockOnLinux = 11, WouldBlockOnMacOS = 35;
    private const int SharingViolation = unchecked((int)0x80070020), LockViolation = unchecked((int)0x80070021);

    public static bool Is(Exception exception) => exception is IOException { HResult: WouldBlockOnLinux or WouldBlockOnMacOS or SharingViolation or LockViolation };
}
