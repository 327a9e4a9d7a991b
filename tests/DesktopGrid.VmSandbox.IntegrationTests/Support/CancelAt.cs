using DesktopGrid.VmSandbox.Primitives;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.IntegrationTests.Support;

/// <summary>A caller who gives up when a verb comes to a step: at exactly that line of it, since a logger is called there, or a while later.</summary>
internal sealed class CancelAt : ILoggerFactory, ILogger
{
    private readonly CancellationTokenSource _giveUp = new();
    private string? _step;
    private TimeSpan _after;

    /// <summary>The caller's token.</summary>
    public CancellationToken Token => _giveUp.Token;

    public bool WasReached { get; private set; }

    /// <summary>Gives up at that step from now on, so long after it.</summary>
    public void Arm(string step, TimeSpan after) => (_after, _step) = (after, step);

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id != SandboxEventId.MachineStep)
        {
            if (TestLog.Factory.IsEnabled(logLevel))
            {
                TestLog.Factory.Log(logLevel, eventId, state, exception, formatter);
            }

            return;
        }

        if (_step is { } step && formatter(state, exception).EndsWith(" " + step, StringComparison.Ordinal))
        {
            (_step, WasReached) = (null, true);
            if (_after == TimeSpan.Zero)
            {
                _giveUp.Cancel();
            }
            else
            {
                _giveUp.CancelAfter(_after);
            }
        }
    }

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose() => _giveUp.Dispose();
}
