namespace DesktopGrid.VmSandbox.Platform.Files;

/// <summary>
/// Tells a full disk from other failures. .NET hands on the operating system's own number: errno on Unix (errno(3)), an HRESULT of facility
/// Win32 on Windows ("System Error Codes"). The numbers do not overlap, so that one list serves every system.
/// </summary>
internal static class DiskFull
{
    // ENOSPC has one number on every Unix, EDQUOT two.
    private const int NoSpace = 28, QuotaOnLinux = 122, QuotaOnMacOS = 69;
    // ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL, ERROR_DISK_QUOTA_EXCEEDED.
    private const int Full = unchecked((int)0x80070070), HandleFull = unchecked((int)0x80070027), QuotaOnWindows = unchecked((int)0x8007050F);

    public static bool Is(Exception exception) =>
        exception is IOException { HResult: NoSpace or QuotaOnLinux or QuotaOnMacOS or Full or HandleFull or QuotaOnWindows };
}
