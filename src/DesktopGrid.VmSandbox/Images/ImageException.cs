using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Images;

/// <summary>An image is missing, damaged, or asks for something that is never allowed.</summary>
public sealed class ImageException : SandboxException
{
    internal ImageException(SandboxErrorCode code, string message, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }

    /// <summary>The file concerned.</summary>
    public string? Path { get; init; }
}
