using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Platform.Files;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Stores;

/// <summary>Turns a failed write to the store into a sentence with advice.</summary>
internal static class StoreFault
{
    public static PlatformException From(Exception exception, string what) => DiskFull.Is(exception)
        ? new PlatformException(SandboxErrorCode.DiskFull, $"{what}: the disk is full.", exception) { IsTransient = true }
        : new PlatformException(SandboxErrorCode.StoreNotWritable, $"{what}: {exception.Message}", exception);
}
