namespace DesktopGrid.VmSandbox.Qemu;

/// <summary>What a QEMU has left that ended or failed: the facts by which somebody finds out why.</summary>
public sealed record QemuEvidence
{
    /// <summary>Nothing is known: no QEMU was started, or it runs on.</summary>
    public static QemuEvidence None { get; } = new();

    /// <summary>Its exit code, where it ended by itself; 0 to 255 on Linux and macOS.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended it, by the operating system's number; null on Windows.</summary>
    public int? Signal { get; init; }

    /// <summary>Its command line, where it was started here.</summary>
    public string? CommandLine { get; init; }

    /// <summary>The last lines of its standard error, at most 40 of 500 characters; empty for one that another process started.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>The last lines of the guest's console, at most 40 of 500 characters. Written by the guest: hostile text, made printable.</summary>
    public IReadOnlyList<string> ConsoleLines { get; init; } = [];
}
