namespace DesktopGrid.VmSandbox.Logs;

/// <summary>Who wrote a line of a machine's log.</summary>
public enum LogSource
{
    /// <summary>This library.</summary>
    Host = 0,
    /// <summary>The QEMU process, on its standard error.</summary>
    Qemu = 1,
    /// <summary>The guest's kernel, on its console.</summary>
    Console = 2,
    /// <summary>The guest's daemon, on the console.</summary>
    Daemon = 3,
    /// <summary>The program's standard output.</summary>
    Stdout = 4,
    /// <summary>The program's standard error.</summary>
    Stderr = 5,
}

/// <summary>One line of a machine's log. What comes from the guest is hostile text.</summary>
/// <param name="Time">When the host received it.</param>
/// <param name="Source">Who wrote it.</param>
/// <param name="Text">The line, without its end.</param>
public sealed record LogLine(DateTimeOffset Time, LogSource Source, string Text);
