using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Sessions;

/// <summary>A task verb failed.</summary>
public sealed class SessionException : SandboxException
{
    internal SessionException(SandboxErrorCode code, string message, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }

    /// <summary>The daemon's own reason, where it refused.</summary>
    public GuestErrorCode? GuestError { get; init; }

    /// <summary>The path concerned, if one is.</summary>
    public string? Path { get; init; }

    /// <summary>Bytes of a file that is too large, as far as they are known: by the guest's word, or read so far.</summary>
    internal long Length { get; init; }
}
