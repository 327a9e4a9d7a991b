using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Qemu;

/// <summary>QEMU was not found, does not suit, or ended.</summary>
public sealed class QemuException : SandboxException
{
    internal QemuException(SandboxErrorCode code, string message, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }

    /// <summary>Its exit code, where it ended by itself.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended it.</summary>
    public int? Signal { get; init; }

    /// <summary>Its command line, where it was started.</summary>
    public string? CommandLine { get; init; }

    /// <summary>The last lines of its standard error.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];
}
