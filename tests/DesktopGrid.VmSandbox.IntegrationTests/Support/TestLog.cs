using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.IntegrationTests.Support;

/// <summary>The library's log goes to the test's own output, where a failure shows it.</summary>
internal sealed class TestLog : ILoggerFactory, ILogger
{
    public static TestLog Factory { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("Tests log to one place.");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        TestContext.Out.WriteLine($"{DateTimeOffset.UtcNow:HH:mm:ss.fff} {logLevel}: {formatter(state, exception)} {exception?.Message}");

    public void Dispose()
    {
    }
}
