using System.Diagnostics;
using DesktopGrid.VmSandbox.Primitives;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.TestHost;

/// <summary>Kills this process, or the QEMU that it runs, when a verb comes to a step: at exactly that line of it, since a logger is called there.</summary>
internal sealed class KillAt(string storePath) : ILoggerFactory, ILogger
{
    private volatile string? _step;
    private volatile bool _isHost;

    /// <summary>Kills at that step from now on, once.</summary>
    public void Arm(string target, string step) => (_isHost, _step) = (target == "host", step);

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id != SandboxEventId.MachineStep || _step is not { } step || !formatter(state, exception).EndsWith(" " + step, StringComparison.Ordinal))
        {
            return;
        }

        _step = null;
        Commands.Say($"reached {step}");
        if (_isHost)
        {
            Process.GetCurrentProcess().Kill();
            return;
        }

        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(static folder => Path.GetFileName(folder).All(char.IsAsciiDigit)))
        {
            Kill(folder);
        }
    }

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private void Kill(string folder)
    {
        try
        {
            var words = File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0');
            if (words[0].Contains("qemu-system", StringComparison.Ordinal) && words.Any(word => word.Contains(storePath, StringComparison.Ordinal)))
            {
                using var process = Process.GetProcessById(int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture));
                process.Kill();
                process.WaitForExit(5000);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            // It has ended meanwhile.
        }
    }
}
