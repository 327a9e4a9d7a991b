using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Platform;

/// <summary>The operating system refused an act.</summary>
public sealed class PlatformException : SandboxException
{
    internal PlatformException(SandboxErrorCode code, string message, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }
}
