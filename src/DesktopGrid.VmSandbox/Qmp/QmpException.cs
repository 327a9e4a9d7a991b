using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Qmp;

/// <summary>QEMU's monitor could not be reached, broke off, or answered a command with an error.</summary>
public sealed class QmpException : SandboxException
{
    internal QmpException(SandboxErrorCode code, string message, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }

    /// <summary>The command that failed, if one did.</summary>
    public string? Command { get; init; }

    /// <summary>QEMU's error class, such as <c>GenericError</c> or <c>CommandNotFound</c>.</summary>
    public string? ErrorClass { get; init; }

    /// <summary>QEMU's own text.</summary>
    public string? Description { get; init; }
}
