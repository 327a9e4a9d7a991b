using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.IntegrationTests.PowerCuts;

/// <summary>A log that is there before its reader is: a host wants it when it is opened.</summary>
internal sealed class LateLog(Func<ILogger?> reader) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => reader()?.Log(logLevel, eventId, state, exception, formatter);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
