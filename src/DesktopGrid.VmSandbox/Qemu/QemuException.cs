using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Qemu;

/// <summary>QEMU was not found, does not suit, or ended.</summary>
public sealed class QemuException : SandboxException
{
    internal QemuException(SandboxErrorCode code, string message, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }

    /// <summary>What it has left, where it was started.</summary>
    public QemuEvidence Evidence { get; init; } = QemuEvidence.None;
}
