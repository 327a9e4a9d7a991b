using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Stores;

/// <summary>Turns a failed write to the store into a sentence with advice.</summary>
internal static class StoreFault
{
    // ENOSPC and EDQUOT; ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL.
    private static readonly int[] Full = OperatingSystem.IsWindows() ? [112, 39] : [28, OperatingSystem.IsMacOS() ? 69 : 122];

    public static PlatformException From(Exception exception, string what) => IsFull(exception)
        ? new PlatformException(SandboxErrorCode.DiskFull, $"{what}: the disk is full.", exception) { Advice = "Free some space, or choose a store on another disk.", IsTransient = true }
        : new PlatformException(SandboxErrorCode.StoreNotWritable, $"{what}: {exception.Message}", exception) { Advice = "Choose a folder that this user may write." };

    public static bool IsFull(Exception exception) => exception is IOException && Full.Contains(exception.HResult & 0xffff);
}
