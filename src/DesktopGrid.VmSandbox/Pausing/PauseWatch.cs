using DesktopGrid.VmSandbox.Platform.Activity;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms.Boundary;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.Pausing;

/// <summary>Looks at the computer now and again, and lets this process's machines stand while its owner needs it. Begins at once, ends when it is disposed.</summary>
internal sealed partial class PauseWatch : IAsyncDisposable
{
    private readonly PauseRule _rule;
    private readonly IActivityMeter _meter;
    private readonly IHeldMachines _machines;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private int _reason = -1;

    public PauseWatch(PauseOptions options, IActivityMeter meter, IHeldMachines machines, TimeProvider time, ILogger logger)
    {
        (_rule, _meter, _machines, _time, _logger) = (new PauseRule(options), meter, machines, time, logger);
        _watching = Task.Run(() => WatchAsync(options.Interval, _stop.Token));
    }

    /// <summary>Why the machines stand now; null while they do not.</summary>
    public PauseReason? Reason => Volatile.Read(ref _reason) is >= 0 and var reason ? (PauseReason)reason : null;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WatchAsync(TimeSpan interval, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        using var timer = new PeriodicTimer(interval, _time);
        do
        {
            try
            {
                await LookAsync(_time.GetElapsedTime(start), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // A hook of the client's that throws, a machine that ended just now: the next look may go better, and nobody else hears of this one.
                LogFailed(_logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }

    private async Task LookAsync(TimeSpan now, CancellationToken cancellationToken)
    {
        var reason = _rule.Decide(now, _meter.Read(), Environment.CpuUsage.TotalTime + _machines.CpuTime());
        if (reason != Reason)
        {
            LogChanged(_logger, reason?.ToString() ?? "nothing");
        }

        Volatile.Write(ref _reason, (int?)reason ?? -1);
        if (reason is { } why)
        {
            // At each look: a machine may have been started meanwhile.
            await _machines.HoldAsync(why.ToString(), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await _machines.ReleaseAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(SandboxEventId.PauseChanged, LogLevel.Information, "What the machines of this host stand for is now: {Reason}")]
    private static partial void LogChanged(ILogger logger, string reason);

    [LoggerMessage(SandboxEventId.PauseFailed, LogLevel.Warning, "The machines of this host could not be paused or let go on; the next look tries again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
