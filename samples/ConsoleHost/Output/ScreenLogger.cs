using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.ConsoleHost.Output;

/// <summary>What the library logs, as notes: warnings always, the rest with --verbose.</summary>
internal sealed class ScreenLogger(Screen screen) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("This log goes to one place.");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= (screen.IsVerbose ? LogLevel.Information : LogLevel.Warning);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            screen.Note(exception is null ? formatter(state, null) : $"{formatter(state, exception)} {exception.Message}");
        }
    }

    public void Dispose()
    {
    }
}
